namespace CurveRbd.Rbd;

internal sealed record OwnershipTiming
{
    public static OwnershipTiming Default { get; } = new();

    /// <summary>How long an owner that is busy keeps writing although others wait. A hand-over costs a flush and some commits.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>An owner that writes nothing for so long gives up before its turn is over.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Whoever is first in the line and does not take the image for so long is passed over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks without news from a watch.</summary>
    public TimeSpan RecheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an owner may take to hand over (rbd_request_timed_out_seconds).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
