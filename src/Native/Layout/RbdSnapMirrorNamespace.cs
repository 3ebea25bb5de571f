using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_snap_mirror_namespace_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapMirrorNamespace
{
    public int State;
    public nuint MirrorPeerUuidsCount;
    public byte* MirrorPeerUuids;
    public byte IsComplete;
    public byte* PrimaryMirrorUuid;
    public ulong PrimarySnapId;
    public ulong LastCopiedObjectNumber;
}
