using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_child_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdChildInfo
{
    public byte* PoolName;
    public byte* ImageName;
    public byte* ImageId;
    public byte IsInTrash;

    public static RbdChildInfo Of(ImageChild child) => new()
    {
        PoolName = CString.Duplicate(child.PoolName),
        ImageName = CString.Duplicate(child.Name),
        ImageId = CString.Duplicate((ByteName)child.ImageId),
        IsInTrash = child.IsTrashed ? (byte)1 : (byte)0,
    };

    public static void Free(RbdChildInfo* child)
    {
        CString.Free(child->PoolName);
        CString.Free(child->ImageName);
        CString.Free(child->ImageId);
    }
}
