namespace CurveRbd.Rbd;

/// <summary>When an image was last used. Apart from the header, so that using an image does not look like changing it.</summary>
internal sealed record ImageTimesRecord : VersionedRecord
{
    public required DateTimeOffset Accessed { get; init; }

    public required DateTimeOffset Modified { get; init; }
}
