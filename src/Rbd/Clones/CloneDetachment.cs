using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The end of a clone's link to its parent, as part of the transaction that removes or flattens the clone.</summary>
internal sealed class CloneDetachment
{
    // Others may still read what is to be deleted, for this moment; who takes longer is waited for by whoever comes later.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ImagePool _pool;
    private readonly string _parentId;
    private readonly ParentChange _change;

    private CloneDetachment(ImagePool pool, string parentId, ParentChange change)
    {
        _pool = pool;
        _parentId = parentId;
        _change = change;
    }

    /// <param name="pool">Of the clone.</param>
    /// <returns>null: it has no parent, or one that is gone.</returns>
    public static async Task<CloneDetachment?> ReadAsync(ImagePool pool, ImageHeader clone, CancellationToken cancellationToken)
    {
        if (clone.Parent is not { } link
            || await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is not { } parentPool
            || await ImageRecords.ReadAsync(parentPool, link.ImageId, cancellationToken).ConfigureAwait(false) is not { } parent)
            return null;
        string key = parentPool.Keys.Child(link.ImageId, link.SnapshotId, pool.Id, clone.Id);
        var change = ParentChange.Of(parentPool, parent, child => string.Equals(child.Record.Key, key, StringComparison.Ordinal));
        return new CloneDetachment(parentPool, link.ImageId, change);
    }

    public void AddTo(RecordTransaction transaction) => _change.AddTo(transaction);

    /// <summary>After the transaction: lets those who have the parent open know, and gives back what an ended snapshot took.</summary>
    public async Task SettleAsync(long revision)
    {
        if (!_change.ChangesHeader)
            return;
        await ImageWatchers.WaitForWritersAsync(_pool, _parentId, revision, except: null).ConfigureAwait(false);
        if (!_change.EndsSnapshots)
            return;
        try
        {
            await LayerMerger.DropAsync(_pool, _parentId, s_patience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            // What the caller wanted is done; whoever opens the parent next goes on here.
            Log.LayersNotDropped(_pool.Logger, _parentId, error);
        }
    }
}
