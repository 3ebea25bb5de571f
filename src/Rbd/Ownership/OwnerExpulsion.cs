using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes sure that a former owner of an image writes no more: by the blocklist, and at the volumes as far as the store can.</summary>
internal sealed class OwnerExpulsion(Image image)
{
    private ImagePool Pool => image.Pool;

    /// <summary>Completes when nothing of it reaches the image's volumes any more.</summary>
    public async Task RunAsync(OwnerRecord owner, CancellationToken cancellationToken)
    {
        await BlockAsync(owner.Address, cancellationToken).ConfigureAwait(false);
        await ShutOutAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a client on the blocklist, unless rbd_blocklist_on_break_lock says no.</summary>
    public async Task BlockAsync(string address, CancellationToken cancellationToken)
    {
        Rados.Cluster cluster = Pool.Io.Cluster;
        if (!cluster.Conf.GetBool("rbd_blocklist_on_break_lock"))
            return;
        var duration = TimeSpan.FromSeconds(Math.Min(cluster.Conf.GetUInt("rbd_blocklist_expire_seconds"), int.MaxValue));
        await cluster.Blocklist.AddAsync(address, duration, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps late writes out: those that have the volumes open are shut out, or their time is waited for.</summary>
    public async Task ShutOutAsync(CancellationToken cancellationToken)
    {
        bool isFenced = false;
        foreach (Stored<LayerRecord> layer in await Pool.RangeAsync(
            Pool.Keys.Layers(image.Id), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false))
            isFenced |= await Pool.Volumes.FenceAsync(layer.Value.Path, cancellationToken).ConfigureAwait(false);
        if (!isFenced)
        {
            await Task.Delay(Pool.Volumes.LateWritesMax, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Whoever has them open, this client too, opens them anew before it writes.
        var fence = new RecordTransaction().Put(
            Pool.Keys.OwnerFence(image.Id), Stored.Serialize(new MarkerRecord(), RbdJsonContext.Default.MarkerRecord));
        await Pool.Records.CommitAsync(fence, cancellationToken).ConfigureAwait(false);
    }
}
