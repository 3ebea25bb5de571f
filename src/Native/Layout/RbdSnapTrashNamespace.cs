using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_snap_trash_namespace_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapTrashNamespace
{
    public int OriginalNamespaceType;
    public byte* OriginalName;
}
