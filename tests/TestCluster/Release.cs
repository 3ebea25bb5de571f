namespace CurveRbd.TestCluster;

/// <summary>A release of CurveBS, by what a client can tell apart.</summary>
public sealed record Release(string Name, bool HasEpochs, bool HasDeallocation, bool HasPoolsets, bool HasLocalSnapshots)
{
    public static Release Old1 { get; } = new("1.2.4", false, false, false, false);

    public static Release Epoch1 { get; } = new("1.2.6", true, false, false, false);

    public static Release Latest1 { get; } = new("1.2.8", true, false, true, false);

    public static Release LocalSnapshots { get; } = new("1.5", true, false, true, true);

    public static Release Old2 { get; } = new("2.3", false, true, false, false);

    public static Release Epoch2 { get; } = new("2.6", true, true, false, false);

    public static Release Latest2 { get; } = new("2.8", true, true, true, false);

    /// <summary>RecoverFile: 1.2.7+, 1.5, 2.x.</summary>
    public bool HasRecovery => HasPoolsets || HasDeallocation;

    public static IReadOnlyList<Release> All { get; } = [Old1, Epoch1, Latest1, LocalSnapshots, Old2, Epoch2, Latest2];
}
