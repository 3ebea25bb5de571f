using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image and its parent, an image and its clones: each must know of the other.</summary>
internal sealed class FamilyCheck(ImagePool pool, LayerGraph graph, CheckReport report)
{
    private ImageHeader Header => graph.Header.Value;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Header.Parent is { } link)
            await CheckParentAsync(link, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<ChildRecord>> children = await pool.RangeAsync(
            pool.Keys.Children(Header.Id), RbdJsonContext.Default.ChildRecord, cancellationToken).ConfigureAwait(false);
        foreach (Stored<ChildRecord> child in children)
            await CheckChildAsync(child, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckParentAsync(ParentLink link, CancellationToken cancellationToken)
    {
        if (await FindAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is not { } parentPool
            || await LayerGraph.ReadAsync(parentPool, link.ImageId, cancellationToken).ConfigureAwait(false) is not { } parent)
        {
            report.Damage("missing-parent",
                $"The image lies on image {link.ImageId} in pool {link.PoolId}, which is not there: what it does not hold itself can't be read.");
            return;
        }

        string name = parentPool.Describe(parent.Header.Value.Name);
        if (!parent.Snapshots.Any(snapshot => snapshot.Value.Id == link.SnapshotId))
        {
            report.Damage("missing-parent",
                $"The image lies on snapshot {link.SnapshotId} of {name}, which is not there: what it does not hold itself can't be read.");
            return;
        }

        await CheckNotedAsync(link, parentPool, parent, name, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckNotedAsync(
        ParentLink link, ImagePool parentPool, LayerGraph parent, string name, CancellationToken cancellationToken)
    {
        string key = parentPool.Keys.Child(link.ImageId, link.SnapshotId, pool.Id, Header.Id);
        if (await pool.Records.GetAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            return;
        report.Damage("missing-child-record",
            $"{name} does not know that this image is a clone of its snapshot {link.SnapshotId}, and could lose the snapshot. A repair tells it.",
            repair: NoteAsync);

        Task<bool> NoteAsync(CancellationToken token)
        {
            var child = new ChildRecord
            {
                PoolId = pool.Id,
                Namespace = Header.Namespace,
                ImageId = Header.Id,
                CloneFormat = link.CloneFormat,
            };
            return pool.TryCommitAsync(
                new RecordTransaction()
                    .Require(graph.Header.Record)
                    .Require(parent.Header.Record)
                    .RequireAbsent(key)
                    .PutHeader(parent.Header.Record.Key, parent.Header.Value)
                    .Put(key, Stored.Serialize(child, RbdJsonContext.Default.ChildRecord)),
                token).AsTask();
        }
    }

    private async Task CheckChildAsync(Stored<ChildRecord> child, CancellationToken cancellationToken)
    {
        ulong snapshotId = SnapshotOf(child.Record);
        if (await IsCloneAsync(child.Value, snapshotId, cancellationToken).ConfigureAwait(false)
            || (await pool.Records.GetAsync(child.Record.Key, cancellationToken).ConfigureAwait(false))?.Revision != child.Record.Revision)
            return;
        report.Damage("child-record-without-clone",
            $"Its records name image {child.Value.ImageId} in pool {child.Value.PoolId} as a clone of snapshot {snapshotId}, but there is no such clone. "
            + "It keeps the snapshot from being unprotected or removed; a repair deletes the record.",
            repair: token => pool.TryCommitAsync(
                new RecordTransaction()
                    .Require(graph.Header.Record)
                    .Require(child.Record)
                    .Delete(child.Record.Key)
                    .PutHeader(graph.Header.Record.Key, Header),
                token).AsTask());
    }

    private ulong SnapshotOf(Record child)
    {
        string[] parts = child.Key[pool.Keys.Children(Header.Id).Length..].Split('/');
        return ulong.TryParse(parts[0], out ulong id) ? id : 0;
    }

    private async Task<bool> IsCloneAsync(ChildRecord child, ulong snapshotId, CancellationToken cancellationToken)
    {
        Stored<ImageHeader>? clone = await pool.GetAsync(
            new RecordKeys(child.PoolId).Header(child.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
        return clone?.Value.Parent is { } link
            && link.PoolId == pool.Id
            && link.SnapshotId == snapshotId
            && string.Equals(link.ImageId, Header.Id, StringComparison.Ordinal);
    }

    private ValueTask<ImagePool?> FindAsync(long poolId, ByteName imageNamespace, CancellationToken cancellationToken) =>
        pool.FindOtherAsync(poolId, imageNamespace, cancellationToken);
}
