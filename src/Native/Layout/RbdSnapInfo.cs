using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_snap_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapInfo
{
    public ulong Id;
    public ulong Size;
    public byte* Name;
}
