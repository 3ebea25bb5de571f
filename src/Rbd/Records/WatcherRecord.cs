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

    /// <summary>What a quiesce callback of the client said to that freeze: 0 or a negative errno.</summary>
    public int QuiesceResult { get; init; }
}
