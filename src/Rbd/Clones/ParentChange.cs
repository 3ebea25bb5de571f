using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// What some clones leave behind with their parent when they end: their child records, the snapshots that were removed before and kept
/// for them alone, and what the parent's operation features say. The parent's header stays as it is if nothing else changes, for many
/// may follow it: it is the records of the snapshots by which clones that begin and end, and a snapshot that ends, know of each other.
/// </summary>
internal sealed class ParentChange
{
    private readonly Stored<ImageHeader> _parent;
    private readonly List<Stored<ChildRecord>> _ended;
    private readonly List<Stored<SnapshotRecord>> _endedSnapshots;
    private readonly List<Stored<SnapshotRecord>> _keptSnapshots;
    private readonly ulong _opFeatures;

    private ParentChange(
        Stored<ImageHeader> parent,
        List<Stored<ChildRecord>> ended,
        List<Stored<SnapshotRecord>> endedSnapshots,
        List<Stored<SnapshotRecord>> keptSnapshots,
        ulong opFeatures)
    {
        _parent = parent;
        _ended = ended;
        _endedSnapshots = endedSnapshots;
        _keptSnapshots = keptSnapshots;
        _opFeatures = opFeatures;
    }

    /// <summary>Whether those who follow the parent's header hear of it.</summary>
    public bool ChangesHeader => EndsSnapshots || _opFeatures != _parent.Value.OpFeatures;

    public bool EndsSnapshots => _endedSnapshots.Count > 0;

    /// <param name="isEnding">Which of the parent's clones.</param>
    public static ParentChange Of(ImagePool pool, ImageRecords parent, Func<Stored<ChildRecord>, bool> isEnding)
    {
        string id = parent.Header.Value.Id;
        ILookup<bool, Stored<ChildRecord>> clones = parent.Children.ToLookup(isEnding);
        ILookup<bool, Stored<SnapshotRecord>> snapshots = parent.Snapshots
            .Where(snapshot => HasAny(clones[true], pool.Keys.Children(id, snapshot.Value.Id)))
            .ToLookup(snapshot => IsTrashed(snapshot) && !HasAny(clones[false], pool.Keys.Children(id, snapshot.Value.Id)));
        ulong opFeatures = OperationFeatures.Of(parent.Header.Value.OpFeatures, clones[false], parent.Snapshots.Except(snapshots[true]));
        return new ParentChange(parent.Header, [.. clones[true]], [.. snapshots[true]], [.. snapshots[false]], opFeatures);
    }

    public void AddTo(RecordTransaction transaction)
    {
        if (ChangesHeader)
            transaction.Require(_parent.Record).PutHeader(_parent.Record.Key, _parent.Value.WithOperations(_opFeatures));
        foreach (Record record in _ended.Select(child => child.Record).Concat(_endedSnapshots.Select(snapshot => snapshot.Record)))
            transaction.Require(record).Delete(record.Key);
        foreach (Stored<SnapshotRecord> snapshot in _keptSnapshots)
            transaction.Require(snapshot.Record).PutSnapshot(snapshot.Record.Key, snapshot.Value);
    }

    private static bool IsTrashed(Stored<SnapshotRecord> snapshot) => snapshot.Value.NamespaceType == SnapshotNamespaceType.Trash;

    private static bool HasAny(IEnumerable<Stored<ChildRecord>> children, string prefix) =>
        children.Any(child => child.Record.Key.StartsWith(prefix, StringComparison.Ordinal));
}
