using CurveRbd.Store;

namespace CurveRbd.Rados;

// Who wants to hear of an object, and telling them.
public sealed partial class PoolObjects
{
    // Ceph's client_notify_timeout.
    private static readonly TimeSpan s_notifyTimeout = TimeSpan.FromSeconds(10);

    /// <param name="cookie">The client's number for the watch, used once.</param>
    /// <exception cref="StorageException">ENOENT: no such object, or the pool has gone.</exception>
    public async Task<ObjectWatch> WatchAsync(ObjectId id, IObjectWatcher watcher, ulong cookie, CancellationToken cancellationToken)
    {
        await _context.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        return await ObjectWatch.StartAsync(Cluster, id, _keys, watcher, cookie, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells all watchers and waits for their answers.</summary>
    /// <param name="timeout">Zero = 10 s.</param>
    /// <exception cref="StorageException">ENOENT: no such object, or the pool has gone. EFBIG</exception>
    public async Task<NotifyReply> NotifyAsync(ObjectId id, byte[] payload, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (payload.Length > ObjectLimits.ValueSizeMax)
            throw new StorageException(Errno.EFBIG, $"a notification may have {ObjectLimits.ValueSizeMax} bytes");
        await _context.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        ObjectState state = await LoadAsync(id, Caller(null), cancellationToken).ConfigureAwait(false);
        state.ThrowIfAbsent();
        using var notifying = new Notifying(Cluster, id, _keys);
        return await notifying.RunAsync(payload, timeout == TimeSpan.Zero ? s_notifyTimeout : timeout, cancellationToken).ConfigureAwait(false);
    }
}
