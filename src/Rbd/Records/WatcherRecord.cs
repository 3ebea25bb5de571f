namespace CurveRbd.Rbd;

/// <summary>Somebody has the image open for writing. Vanishes with its session.</summary>
internal sealed record WatcherRecord : VersionedRecord
{
    public required string Address { get; init; }

    public required long ClientId { get; init; }

    public required ulong Cookie { get; init; }

    /// <summary>Revision of the last header that this handle follows.</summary>
    public required long SeenRevision { get; init; }
}
