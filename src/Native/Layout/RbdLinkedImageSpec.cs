using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_linked_image_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdLinkedImageSpec
{
    public long PoolId;
    public byte* PoolName;
    public byte* PoolNamespace;
    public byte* ImageId;
    public byte* ImageName;
    public byte IsInTrash;

    public static void Free(RbdLinkedImageSpec* spec)
    {
        CString.Free(spec->PoolName);
        CString.Free(spec->PoolNamespace);
        CString.Free(spec->ImageId);
        CString.Free(spec->ImageName);
    }
}
