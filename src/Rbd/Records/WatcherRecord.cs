namespace CurveRbd.Rbd;

/// <summary>
/// Somebody has the image open: among the watchers for writing, among the readers otherwise or as part of a clone. Vanishes with its
/// session.
/// </summary>
internal sealed record WatcherRecord : VersionedRecord
{
    public required string Address { get; init; }

    public required long ClientId { get; init; }

    public required ulong Cookie { get; init; }

    /// <summary>Revision of the last header that this handle follows.</summary>
    public required long SeenRevision { get; init; }

    /// <summary>Revision of the last freeze record for which this handle holds its requests back; 0: none yet.</summary>
    public long FrozenRevision { get; init; }

    /// <summary>0, or the negative errno of what kept this handle from holding its requests back: a quiesce callback, or a flush.</summary>
    public int FreezeResult { get; init; }
}
