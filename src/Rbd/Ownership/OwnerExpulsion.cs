using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes sure that another client writes no more to an image. A live one hears that it is on the blocklist, stops, and deletes its
/// records; one that does not answer is shut out at the volumes, as far as the store can.
/// </summary>
internal sealed class OwnerExpulsion(Image image)
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(10);

    private ImagePool Pool => image.Pool;

    /// <summary>Completes when nothing of the client reaches the image's volumes any more.</summary>
    public async Task RunAsync(long clientId, string address, CancellationToken cancellationToken)
    {
        if (!await BlockAsync(address, cancellationToken).ConfigureAwait(false))
            return;
        if (!await HasStoppedAsync(() => HasWatcherAsync(clientId, cancellationToken), cancellationToken).ConfigureAwait(false))
            await ShutOutAsync(cancellationToken).ConfigureAwait(false);
        await RemoveWatchersAsync(clientId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a client on the blocklist.</summary>
    /// <returns>false: rbd_blocklist_on_break_lock is off.</returns>
    public async Task<bool> BlockAsync(string address, CancellationToken cancellationToken)
    {
        Rados.Cluster cluster = Pool.Io.Cluster;
        if (!cluster.Conf.GetBool("rbd_blocklist_on_break_lock"))
            return false;
        var duration = TimeSpan.FromSeconds(Math.Min(cluster.Conf.GetUInt("rbd_blocklist_expire_seconds"), int.MaxValue));
        await cluster.Blocklist.AddAsync(address, duration, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Waits until <paramref name="isThere"/> says no.</summary>
    /// <returns>false: it did not say so in time.</returns>
    public static async Task<bool> HasStoppedAsync(Func<Task<bool>> isThere, CancellationToken cancellationToken)
    {
        long begun = Environment.TickCount64;
        while (await isThere().ConfigureAwait(false))
        {
            if (Environment.TickCount64 - begun >= s_stopTimeout.TotalMilliseconds)
                return false;
            await Task.Delay(s_pollInterval, cancellationToken).ConfigureAwait(false);
        }

        return true;
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

    /// <summary>A client that does not stop follows nothing either: nobody is to wait for it.</summary>
    public async Task RemoveWatchersAsync(long clientId, CancellationToken cancellationToken)
    {
        foreach (Stored<WatcherRecord> watcher in await WatchersOfAsync(clientId, cancellationToken).ConfigureAwait(false))
            await Pool.Records.CommitAsync(new RecordTransaction().Delete(watcher.Record.Key), cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HasWatcherAsync(long clientId, CancellationToken cancellationToken) =>
        (await WatchersOfAsync(clientId, cancellationToken).ConfigureAwait(false)).Count > 0;

    private async Task<IReadOnlyList<Stored<WatcherRecord>>> WatchersOfAsync(long clientId, CancellationToken cancellationToken) =>
    [
        .. (await ImageWatchers.GetAsync(Pool, image.Id, cancellationToken).ConfigureAwait(false))
            .Where(watcher => watcher.Value.ClientId == clientId),
    ];
}
