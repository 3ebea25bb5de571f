using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Says whose a volume in a pool's directory is. A volume without a claim is an image of its own. A claim that is not live is the
/// intent of a creation or removal.
/// </summary>
internal sealed record VolumeClaim : VersionedRecord
{
    public required ClaimState State { get; init; }

    public required string Pool { get; init; }

    public required string Volume { get; init; }

    public required string Owner { get; init; }

    /// <summary>The image, and the pool that holds its records.</summary>
    public required string ImageId { get; init; }

    public required long ImagePoolId { get; init; }

    /// <summary>The session of the operation at work; it is over, finished or not, when that session's record is gone.</summary>
    public long Operation { get; init; }

    public VolumePath Path => new(Pool, Volume, Owner);
}
