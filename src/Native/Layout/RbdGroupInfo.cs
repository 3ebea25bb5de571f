using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_group_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdGroupInfo
{
    public byte* Name;
    public long Pool;
}
