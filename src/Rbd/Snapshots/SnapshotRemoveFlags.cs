namespace CurveRbd.Rbd;

/// <summary><c>RBD_SNAP_REMOVE_*</c>.</summary>
[Flags]
public enum SnapshotRemoveFlags : uint
{
    None = 0,

    /// <summary>Unprotect it first.</summary>
    Unprotect = 1,

    /// <summary>Flatten its clones first.</summary>
    Flatten = 2,

    Force = Unprotect | Flatten,
}
