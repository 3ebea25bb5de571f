using System.Runtime.InteropServices;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>rbd_snap_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdSnapSpec
{
    public ulong Id;
    public int NamespaceType;
    public byte* Name;

    /// <summary>A snapshot in the trash goes by the name that it had: its present one says nothing to anybody.</summary>
    public static RbdSnapSpec Of(Snapshot snapshot) => new()
    {
        Id = snapshot.Id,
        NamespaceType = (int)snapshot.NamespaceType,
        Name = CString.Duplicate(snapshot.TrashOriginalName ?? snapshot.Name),
    };
}
