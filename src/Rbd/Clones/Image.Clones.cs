using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>How much of the parent shows through, in bytes; 0 without a parent. Shrinks with the image and does not grow again.</summary>
    public ulong Overlap => _view.Overlap - Math.Min(_view.Overlap, DataOffset);

    /// <summary>The parent of what this handle is at.</summary>
    /// <returns>null: it is no clone, or flattened.</returns>
    /// <exception cref="StorageException">EIO: it is a clone, but its parent is gone.</exception>
    public async ValueTask<ImageParent?> GetParentAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        return Header.Parent is { } link
            ? await ParentLookup.DescribeAsync(Pool, Description, link, Overlap, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Clones of the snapshot that this handle is at, or of all snapshots, by name.</summary>
    public async Task<IReadOnlyList<ImageChild>> ListChildrenAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        return await ImageChildren.ListAsync(Pool, Id, FindSnapshotId(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Clones, their clones, and so on, by name.</summary>
    public async Task<IReadOnlyList<ImageChild>> ListDescendantsAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        return await ImageChildren.ListDescendantsAsync(Pool, Id, FindSnapshotId(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies what shows through from the parent and cuts the link to it, for the image and all of its snapshots.</summary>
    /// <exception cref="StorageException">EINVAL: no parent, or it is encrypted otherwise than its parent and its encryption is not loaded. EROFS: read-only, or at a snapshot.</exception>
    /// <exception cref="CallbackAbortedException">What has been copied is kept; another call goes on from there.</exception>
    public async Task FlattenAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowUnlessWritable();
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        await ThrowIfSealedAsync("flatten").ConfigureAwait(false);
        await ImageFlatten.RunAsync(Pool, Id, Description, _layers.Parent, progress, cancellationToken).ConfigureAwait(false);
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        await RestoreMagicAsync().ConfigureAwait(false);
        await MergeFlattenedAsync(cancellationToken).ConfigureAwait(false);
    }

    // It is flat already; that it becomes a plain volume can wait if it must.
    private async Task MergeFlattenedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Merging.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.LayersNotMerged(Pool.Logger, Description, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The image is being closed.
        }
    }

    private ulong? FindSnapshotId() => SnapshotId == Snapshot.HeadId ? null : SnapshotId;
}
