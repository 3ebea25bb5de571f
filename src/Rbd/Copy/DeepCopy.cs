using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies an image with its snapshots up to the one that the handle is at, and its link to a parent.</summary>
public static class DeepCopy
{
    /// <param name="options">What they leave open is taken from the source. With flatten the copy has no parent.</param>
    /// <param name="progress">In objects, of all states; its return value is ignored.</param>
    /// <exception cref="StorageException">EEXIST, and all that creating, cloning, writing and taking a snapshot can say. Nothing is left then.</exception>
    public static async Task CopyAsync(
        Image source,
        IoContext destination,
        ByteName name,
        ImageOptions options,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await source.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (source.DataOffset == 0)
        {
            await CopyStoredAsync(source, destination, name, options, progress, cancellationToken).ConfigureAwait(false);
            return;
        }

        // The copy is encrypted as the source is, its snapshots too.
        Image stored = await source.OpenSnapshotAsync(source.SnapshotId, cancellationToken).ConfigureAwait(false);
        await using (stored.ConfigureAwait(false))
            await CopyStoredAsync(stored, destination, name, options, progress, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyStoredAsync(
        Image source,
        IoContext destination,
        ByteName name,
        ImageOptions options,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        ImageOptions complete = await ImageCopy.CompleteAsync(options, source, cancellationToken).ConfigureAwait(false);
        bool isFlat = TakeFlatten(complete);
        if (isFlat)
            await source.ThrowIfSealedAsync("a flat copy").ConfigureAwait(false);
        ImageParent? parent = isFlat ? null : await source.GetParentAsync(cancellationToken).ConfigureAwait(false);
        if (parent is null)
            await ImageDirectory.CreateAsync(destination, name, 0, complete, cancellationToken).ConfigureAwait(false);
        else
            await CloneAsync(source, parent, destination, name, complete, cancellationToken).ConfigureAwait(false);
        await new UnfinishedImage(destination, name).FillAsync(
            copy => FillAsync(source, copy, parent is null, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static bool TakeFlatten(ImageOptions options)
    {
        bool isFlat = options.FindNumber(ImageOption.Flatten) is not (null or 0);
        if (options.IsSet(ImageOption.Flatten))
            options.Unset(ImageOption.Flatten);
        return isFlat;
    }

    private static async Task CloneAsync(
        Image source, ImageParent parent, IoContext destination, ByteName name, ImageOptions options, CancellationToken cancellationToken)
    {
        IoContext pool = await source.IoContext.Cluster.OpenIoContextAsync(parent.PoolName, cancellationToken).ConfigureAwait(false);
        pool.Namespace = parent.Namespace;
        if (!options.IsSet(ImageOption.CloneFormat) && !parent.Snapshot.IsProtected)
            options.Set(ImageOption.CloneFormat, 2);
        await ImageClone.CloneByIdAsync(
            pool, parent.ImageId, SnapshotChoice.Of(parent.Snapshot.Id), destination, name, options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task FillAsync(
        Image source, Image copy, bool isFlat, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        await ImageCopy.CopyMetadataAsync(source, copy, cancellationToken).ConfigureAwait(false);
        var walk = new SnapshotWalk(source);
        IReadOnlyList<Snapshot> snapshots = await walk.ListUpToAsync(cancellationToken).ConfigureAwait(false);
        var states = new StateCopy(source, copy, isFlat, snapshots, progress);
        await walk.VisitAsync(snapshots, (state, before) => states.CopyAsync(state, before, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        await states.CopyAsync(source, snapshots.Count > 0 ? snapshots[^1] : null, cancellationToken).ConfigureAwait(false);
        await copy.FlushAsync().ConfigureAwait(false);
    }
}
