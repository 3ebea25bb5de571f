using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes sure that another client writes no more to an image. A live one hears that it is on the blocklist, stops, and deletes its
/// records; one that does not answer is shut out at the volumes, as far as the store can. The records of such a one stay until its
/// session ends: it may still read, so whoever moves layers has to wait for it.
/// </summary>
internal sealed class OwnerExpulsion(ImagePool pool, string imageId)
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether writes of a client may arrive although its process has ended, or it does not know that its session has.</summary>
    private bool WritesOutliveProcess => pool.Volumes.LateWritesMax > TimeSpan.Zero;

    /// <summary>Completes when nothing of the client reaches the image's volumes any more.</summary>
    public async Task RunAsync(long clientId, string address, CancellationToken cancellationToken)
    {
        if (!await BlockAsync(address, cancellationToken).ConfigureAwait(false))
            return;
        if (!await HasStoppedAsync(() => HasWatcherAsync(clientId, cancellationToken), cancellationToken).ConfigureAwait(false))
            await ShutOutAsync(() => HasWatcherAsync(clientId, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a client on the blocklist.</summary>
    /// <returns>false: rbd_blocklist_on_break_lock is off.</returns>
    public async Task<bool> BlockAsync(string address, CancellationToken cancellationToken)
    {
        Rados.Cluster cluster = pool.Io.Cluster;
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

    /// <summary>Shuts out an owner of whom nothing is heard, or the last one whose session has ended, and takes the image from it.</summary>
    public async Task ExpelAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken)
    {
        Log.ShuttingOut(pool.Logger, imageId, owner.Value.Client, owner.Value.Address);
        await BlockAsync(owner.Value.Address, cancellationToken).ConfigureAwait(false);
        await ShutOutAsync(async () => await IsOwnerAsync(owner, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await RemoveAsync(owner, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same for the last owner, whose session has ended.</summary>
    public async Task ShutOutLastAsync(Stored<OwnerRecord> last, CancellationToken cancellationToken)
    {
        Log.ShuttingOut(pool.Logger, imageId, last.Value.Client, last.Value.Address);
        await BlockAsync(last.Value.Address, cancellationToken).ConfigureAwait(false);
        await ShutOutAsync(() => Task.FromResult(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps late writes out: those that have the volumes open are shut out, or their time is waited for.</summary>
    /// <param name="isHeld">Whether the session of whom it is about is held: it may go on for so long.</param>
    public async Task ShutOutAsync(Func<Task<bool>> isHeld, CancellationToken cancellationToken)
    {
        if (!pool.Volumes.CanFence)
        {
            await WaitForLateWritesAsync(isHeld, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (Stored<LayerRecord> layer in await pool.RangeAsync(
            pool.Keys.Layers(imageId), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false))
            await pool.Volumes.FenceAsync(layer.Value.Path, cancellationToken).ConfigureAwait(false);

        // Whoever has them open, this client too, opens them anew before it writes.
        var fence = new RecordTransaction().Put(
            pool.Keys.OwnerFence(imageId), Stored.Serialize(new MarkerRecord(), RbdJsonContext.Default.MarkerRecord));
        await pool.Records.CommitAsync(fence, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what says that a client owns the image or was its last owner, unless another does by now.</summary>
    public async Task RemoveAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = new RecordTransaction().Require(owner.Record).Delete(pool.Keys.LastOwner(imageId));
        if (string.Equals(owner.Record.Key, pool.Keys.Owner(imageId), StringComparison.Ordinal))
            transaction.Delete(owner.Record.Key);
        else
            transaction.RequireAbsent(pool.Keys.Owner(imageId));
        await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitForLateWritesAsync(Func<Task<bool>> isHeld, CancellationToken cancellationToken)
    {
        if (!WritesOutliveProcess)
            return;
        while (await isHeld().ConfigureAwait(false))
            await Task.Delay(s_pollInterval, cancellationToken).ConfigureAwait(false);
        await Task.Delay(pool.Volumes.LateWritesMax, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsOwnerAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken) =>
        (await pool.GetAsync(pool.Keys.Owner(imageId), RbdJsonContext.Default.OwnerRecord, cancellationToken).ConfigureAwait(false))
            ?.Value.IsSameHandle(owner.Value) == true;

    private async Task<bool> HasWatcherAsync(long clientId, CancellationToken cancellationToken) =>
        (await ImageWatchers.GetAsync(pool, imageId, cancellationToken).ConfigureAwait(false))
            .Any(watcher => watcher.Value.ClientId == clientId);
}
