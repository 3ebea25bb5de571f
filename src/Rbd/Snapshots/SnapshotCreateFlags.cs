namespace CurveRbd.Rbd;

/// <summary><c>RBD_SNAP_CREATE_*</c>.</summary>
[Flags]
public enum SnapshotCreateFlags : uint
{
    None = 0,

    /// <summary>Leave the clients' quiesce callbacks alone.</summary>
    SkipQuiesce = 1,

    /// <summary>Go on although one of them failed.</summary>
    IgnoreQuiesceError = 2,
}
