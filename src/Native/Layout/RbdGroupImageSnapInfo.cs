using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_group_image_snap_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdGroupImageSnapInfo
{
    public byte* ImageName;
    public long PoolId;
    public ulong SnapId;
}
