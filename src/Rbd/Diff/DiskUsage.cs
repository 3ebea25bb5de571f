using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Measures the space that an image and its snapshots take, without what a clone shares with its parent.</summary>
public static class DiskUsage
{
    /// <summary>
    /// Of a handle at the image: each snapshot and the image. Of a handle at a snapshot: each snapshot up to it. Snapshots of groups and
    /// of the trash are left out.
    /// </summary>
    /// <param name="from">Only states after this snapshot count; null: all.</param>
    /// <param name="exact">As exact as is known: 64 KiB, and less of a plain volume. Otherwise whole objects.</param>
    /// <exception cref="StorageException">ENOENT: no such snapshot. EINVAL: it is newer than the one that the handle is at.</exception>
    public static async Task<IReadOnlyList<ImageUsage>> MeasureAsync(
        Image image, ByteName? from, bool exact, CancellationToken cancellationToken)
    {
        await image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        ulong fromId = from is { } name ? (await image.Snapshots.GetAsync(name, cancellationToken).ConfigureAwait(false)).Id : 0;
        if (image.SnapshotId != Snapshot.HeadId && fromId > image.SnapshotId)
            throw new StorageException(Errno.EINVAL, $"image {image.Description}: snapshot '{from}' is newer than the one that is measured");

        var walk = new SnapshotWalk(image);
        IReadOnlyList<Snapshot> snapshots = await walk.ListUpToAsync(cancellationToken).ConfigureAwait(false);
        var usages = new List<ImageUsage>();
        await walk.VisitAsync(snapshots, MeasureAfterAsync, cancellationToken).ConfigureAwait(false);
        if (image.SnapshotId == Snapshot.HeadId)
            await MeasureAfterAsync(image, snapshots.Count > 0 ? snapshots[^1] : null).ConfigureAwait(false);
        return usages;

        async Task MeasureAfterAsync(Image state, Snapshot? before)
        {
            if (state.SnapshotId <= fromId)
                return;
            ulong used = await MeasureStateAsync(state, before, exact, cancellationToken).ConfigureAwait(false);
            usages.Add(new ImageUsage(state.CurrentSnapshot, state.Size, used));
        }
    }

    private static async Task<ulong> MeasureStateAsync(Image state, Snapshot? before, bool exact, CancellationToken cancellationToken)
    {
        ulong used = 0;
        ImageDiff diff = await ImageDiff.OpenAsync(state, before, includeParent: false, cancellationToken).ConfigureAwait(false);
        await using (diff.ConfigureAwait(false))
        {
            await foreach (LayerDiffExtent extent in diff.ReadAsync(0, state.Size, !exact, cancellationToken).ConfigureAwait(false))
                used += extent.Exists ? extent.Length : 0;
        }

        return used;
    }
}
