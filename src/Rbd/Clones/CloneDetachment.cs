using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The end of a clone's link to its parent, as part of the transaction that removes or flattens the clone. A parent's snapshot that was
/// removed and kept for its clones goes with the last of them.
/// </summary>
internal sealed class CloneDetachment
{
    private readonly Stored<ImageHeader> _parent;
    private readonly Record? _child;
    private readonly Record? _endedSnapshot;
    private readonly ulong _opFeatures;

    private CloneDetachment(Stored<ImageHeader> parent, Record? child, Record? endedSnapshot, ulong opFeatures)
    {
        _parent = parent;
        _child = child;
        _endedSnapshot = endedSnapshot;
        _opFeatures = opFeatures;
    }

    /// <param name="pool">Of the clone.</param>
    /// <returns>null: it has no parent, or one that is gone.</returns>
    public static async Task<CloneDetachment?> ReadAsync(ImagePool pool, ImageHeader clone, CancellationToken cancellationToken)
    {
        if (clone.Parent is not { } link
            || await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is not { } parentPool
            || await parentPool.GetAsync(parentPool.Keys.Header(link.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken)
                .ConfigureAwait(false) is not { } parent)
            return null;

        IReadOnlyList<Stored<ChildRecord>> children = await parentPool.RangeAsync(
            parentPool.Keys.Children(link.ImageId), RbdJsonContext.Default.ChildRecord, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<SnapshotRecord>> snapshots = await parentPool.RangeAsync(
            parentPool.Keys.Snapshots(link.ImageId), RbdJsonContext.Default.SnapshotRecord, cancellationToken).ConfigureAwait(false);
        string key = parentPool.Keys.Child(link.ImageId, link.SnapshotId, pool.Id, clone.Id);
        Record? child = children.FirstOrDefault(record => IsAt(record.Record, key))?.Record;
        List<Stored<ChildRecord>> others = [.. children.Where(record => !IsAt(record.Record, key))];
        string siblings = parentPool.Keys.Children(link.ImageId, link.SnapshotId);
        bool isLast = !others.Exists(record => record.Record.Key.StartsWith(siblings, StringComparison.Ordinal));
        Stored<SnapshotRecord>? ended = isLast
            ? snapshots.FirstOrDefault(snapshot => snapshot.Value.Id == link.SnapshotId && IsTrashed(snapshot))
            : null;
        bool hasTrashed = snapshots.Any(snapshot => snapshot != ended && IsTrashed(snapshot));
        bool hasClones = others.Exists(record => record.Value.CloneFormat == 2);
        ulong opFeatures = parent.Value.OpFeatures & ~(OperationFeatures.CloneParent | OperationFeatures.SnapshotTrash)
            | (hasClones ? OperationFeatures.CloneParent : 0)
            | (hasTrashed ? OperationFeatures.SnapshotTrash : 0);
        return new CloneDetachment(parent, child, ended?.Record, opFeatures);
    }

    public void AddTo(RecordTransaction transaction)
    {
        transaction
            .Require(_parent.Record)
            .PutHeader(_parent.Record.Key, _parent.Value.WithOperations(_opFeatures));
        if (_child is not null)
            transaction.Require(_child).Delete(_child.Key);
        if (_endedSnapshot is not null)
            transaction.Require(_endedSnapshot).Delete(_endedSnapshot.Key);
    }

    private static bool IsAt(Record record, string key) => string.Equals(record.Key, key, StringComparison.Ordinal);

    private static bool IsTrashed(Stored<SnapshotRecord> snapshot) => snapshot.Value.NamespaceType == SnapshotNamespaceType.Trash;
}
