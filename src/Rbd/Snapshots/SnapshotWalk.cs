using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The states that an image went through up to what an open handle sees: its users' snapshots, then that state itself.</summary>
internal sealed class SnapshotWalk(Image image)
{
    /// <summary>The snapshots before the state that the handle sees, by ascending id.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListEarlierAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Snapshot> all = await image.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Where(one => one.NamespaceType == SnapshotNamespaceType.User && one.Id < image.SnapshotId)];
    }

    /// <summary>The same, and the snapshot that the handle is at.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListUpToAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Snapshot> earlier = await ListEarlierAsync(cancellationToken).ConfigureAwait(false);
        return image.CurrentSnapshot is { NamespaceType: SnapshotNamespaceType.User } current ? [.. earlier, current] : earlier;
    }

    /// <summary>Runs <paramref name="visit"/> on a handle at each snapshot of the list, with the one before it.</summary>
    /// <exception cref="StorageException">ENOENT: one was removed meanwhile.</exception>
    public async Task VisitAsync(
        IReadOnlyList<Snapshot> snapshots, Func<Image, Snapshot?, Task> visit, CancellationToken cancellationToken)
    {
        Snapshot? before = null;
        foreach (Snapshot snapshot in snapshots)
        {
            Image state = await image.OpenSnapshotAsync(snapshot.Id, cancellationToken).ConfigureAwait(false);
            await using (state.ConfigureAwait(false))
                await visit(state, before).ConfigureAwait(false);
            before = snapshot;
        }
    }
}
