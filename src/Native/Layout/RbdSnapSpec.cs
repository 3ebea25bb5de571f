using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_snap_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapSpec
{
    public ulong Id;
    public int NamespaceType;
    public byte* Name;
}
