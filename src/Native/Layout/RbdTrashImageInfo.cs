using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

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

    public static RbdTrashImageInfo Of(TrashEntry entry) => new()
    {
        Id = CString.Duplicate((ByteName)entry.Id),
        Name = CString.Duplicate(entry.Name),
        Source = (int)entry.Source,
        DeletionTime = entry.DeletedAt.ToUnixTimeSeconds(),
        DefermentEndTime = entry.DeferredUntil.ToUnixTimeSeconds(),
    };

    public static void Free(RbdTrashImageInfo* info)
    {
        CString.Free(info->Id);
        CString.Free(info->Name);
    }
}
