using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes an image away from its owner: a live one is told and stops by itself, one that does not answer is shut out at the volumes.
/// </summary>
internal sealed class OwnershipBreak(Image image, Stored<OwnerRecord> owner, OwnershipTiming timing, TimeProvider time)
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(10);

    private ImagePool Pool => image.Pool;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var expulsion = new OwnerExpulsion(image);
        await expulsion.BlockAsync(owner.Value.Address, cancellationToken).ConfigureAwait(false);
        await TellAsync(cancellationToken).ConfigureAwait(false);
        long begun = time.GetTimestamp();
        while (await FindAsync(cancellationToken).ConfigureAwait(false) is not null && time.GetElapsedTime(begun) < timing.StopTimeout)
            await Task.Delay(s_pollInterval, time, cancellationToken).ConfigureAwait(false);

        if (await FindAsync(cancellationToken).ConfigureAwait(false) is { } silent)
        {
            await expulsion.ShutOutAsync(cancellationToken).ConfigureAwait(false);
            await RemoveAsync(silent, cancellationToken).ConfigureAwait(false);
        }

        await RemoveWatchersAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        byte[] broken = Stored.Serialize(owner.Value with { IsBroken = true }, RbdJsonContext.Default.OwnerRecord);
        var transaction = new RecordTransaction().Require(owner.Record).Put(owner.Record.Key, broken, owner.Record.Session);
        try
        {
            await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ESHUTDOWN && !Pool.Io.Cluster.Fence.IsFenced)
        {
            // Its session has just ended, and the record with it.
        }
    }

    /// <returns>null: it owns the image no more.</returns>
    private async Task<Stored<OwnerRecord>?> FindAsync(CancellationToken cancellationToken)
    {
        Stored<OwnerRecord>? found = await image.Ownership.ReadOwnerAsync(cancellationToken).ConfigureAwait(false);
        return found?.Value.IsSameHandle(owner.Value) == true ? found : null;
    }

    private async Task RemoveAsync(Stored<OwnerRecord> silent, CancellationToken cancellationToken)
    {
        var transaction = new RecordTransaction()
            .Require(silent.Record)
            .Delete(silent.Record.Key)
            .Delete(Pool.Keys.LastOwner(image.Id));
        await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    // A client on the blocklist follows nothing any more; nobody is to wait for it.
    private async Task RemoveWatchersAsync(CancellationToken cancellationToken)
    {
        if (!await Pool.Io.Cluster.Blocklist.ContainsAsync(owner.Value.Address, cancellationToken).ConfigureAwait(false))
            return;
        foreach (Stored<WatcherRecord> watcher in await Pool.RangeAsync(
            Pool.Keys.Watchers(image.Id), RbdJsonContext.Default.WatcherRecord, cancellationToken).ConfigureAwait(false))
        {
            if (watcher.Value.ClientId == owner.Value.ClientId)
                await Pool.Records.CommitAsync(new RecordTransaction().Delete(watcher.Record.Key), cancellationToken).ConfigureAwait(false);
        }
    }
}
