using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_mirror_image_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdMirrorImageInfo
{
    public byte* GlobalId;
    public int State;
    public byte IsPrimary;
}
