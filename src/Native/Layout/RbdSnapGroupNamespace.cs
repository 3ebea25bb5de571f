using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_snap_group_namespace_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapGroupNamespace
{
    public long GroupPool;
    public byte* GroupName;
    public byte* GroupSnapName;
}
