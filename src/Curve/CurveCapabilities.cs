namespace CurveRbd.Curve;

/// <summary>What a release can do. Told by the methods its MDS knows, so a patched release is what it behaves like.</summary>
/// <param name="HasEpochs">IncreaseFileEpoch and epochs in writes: 1.2.5+, 2.4+, 1.5.</param>
/// <param name="HasDeallocation">DeAllocateSegment: 1.3, 2.x.</param>
/// <param name="HasPoolsets">Poolsets, and a block size per volume: 1.2.7+, 1.5, 2.7+.</param>
/// <param name="HasLocalSnapshots">Chunk requests name file, index and snapshots: 1.5.</param>
public sealed record CurveCapabilities(bool HasEpochs, bool HasDeallocation, bool HasPoolsets, bool HasLocalSnapshots)
{
    /// <summary>Reads go by the applied index of the last reply; from 2.7 on the leader's lease replaces it.</summary>
    public bool ReadsByAppliedIndex => !(HasPoolsets && HasDeallocation);

    /// <summary>The releases that behave so, for people.</summary>
    public string Releases => (HasLocalSnapshots, HasPoolsets, HasDeallocation, HasEpochs) switch
    {
        (true, _, _, _) => "1.5",
        (_, true, true, _) => "2.7 or later",
        (_, true, false, _) => "1.2.7 or later 1.2",
        (_, false, true, true) => "2.4 to 2.6",
        (_, false, true, false) => "1.3 or 2.0 to 2.3",
        (_, false, false, true) => "1.2.5 or 1.2.6",
        _ => "1.2.4 or before",
    };
}
