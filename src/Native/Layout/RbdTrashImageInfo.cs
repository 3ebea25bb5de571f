using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_trash_image_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdTrashImageInfo
{
    public byte* Id;
    public byte* Name;
    public int Source;
    public long DeletionTime;
    public long DefermentEndTime;

    public static void Free(RbdTrashImageInfo* info)
    {
        CString.Free(info->Id);
        CString.Free(info->Name);
    }
}
