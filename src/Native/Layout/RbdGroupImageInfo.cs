using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_group_image_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdGroupImageInfo
{
    public byte* Name;
    public long Pool;

    /// <summary>0: attached.</summary>
    public int State;
}
