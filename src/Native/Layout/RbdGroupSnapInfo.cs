using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_group_snap_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdGroupSnapInfo
{
    public byte* Name;

    /// <summary>0: incomplete, 1: complete.</summary>
    public int State;
}
