using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_mirror_image_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdMirrorImageInfo
{
    public byte* GlobalId;
    public int State;
    public byte IsPrimary;

    /// <summary>Of an image that is not mirrored.</summary>
    public static RbdMirrorImageInfo Disabled() => new() { GlobalId = CString.Duplicate(ByteName.Empty), State = 2 };
}
