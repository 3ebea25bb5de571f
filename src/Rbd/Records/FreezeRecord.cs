namespace CurveRbd.Rbd;

/// <summary>
/// The layers of an image's head are about to change: whoever has it open for writing holds its requests back, flushes, and says so
/// with this record's revision in its watcher record. Vanishes with its operation.
/// </summary>
internal sealed record FreezeRecord : VersionedRecord
{
    /// <summary>What is going on, for messages.</summary>
    public required string Operation { get; init; }

    /// <summary>Whether the clients' own quiesce callbacks are left alone.</summary>
    public bool SkipsQuiesce { get; init; }

    /// <summary>Whether it does not matter what they answer.</summary>
    public bool IgnoresQuiesceErrors { get; init; }
}
