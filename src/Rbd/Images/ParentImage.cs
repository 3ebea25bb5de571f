using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image whose layers an open clone lies on: followed, and its layers kept from being deleted, as long as it is open.</summary>
internal sealed class ParentImage : IAsyncDisposable
{
    private readonly WatcherRegistration _reader;

    private ParentImage(ImageFollower follower, WatcherRegistration reader)
    {
        Follower = follower;
        _reader = reader;
    }

    public ImageFollower Follower { get; }

    /// <param name="onChange">Brings the clone in line with changed records of the parent.</param>
    public static async Task<ParentImage> OpenAsync(ImagePool child, ParentLink link, Func<Task> onChange)
    {
        ImagePool pool = await child.FindOtherAsync(link.PoolId, link.Namespace, CancellationToken.None).ConfigureAwait(false)
            ?? throw new StorageException(Errno.EIO, $"a clone in pool {child.Io.Pool.Name} lies on an image in pool {link.PoolId}, which is gone");
        ImageFollower follower = await ImageFollower.WatchAsync(pool, link.ImageId, CancellationToken.None, readsLayersOnly: true).ConfigureAwait(false);
        try
        {
            var reader = new WatcherRegistration(pool, link.ImageId, isReader: true);
            follower.Begin(await RegisterAsync(pool, link.ImageId, reader).ConfigureAwait(false));
            follower.Follow(_ => onChange(), () => reader.AcknowledgeAsync(follower.Followed.Header, 0, 0));
            return new ParentImage(follower, reader);
        }
        catch
        {
            await follower.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Follows the parent as it is now, and is among its readers again if that was lost with the session.</summary>
    /// <returns>false: it changed at this moment.</returns>
    public async Task<bool> TryRejoinAsync(CancellationToken cancellationToken)
    {
        await Follower.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _reader.TryRejoinAsync(Follower.Followed.Header, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Follower.DisposeAsync().ConfigureAwait(false);
        await _reader.WithdrawAsync().ConfigureAwait(false);
    }

    private static async Task<ImageRecords> RegisterAsync(ImagePool pool, string id, WatcherRegistration reader)
    {
        ImageRecords? records = null;
        await ImagePool.RetryAsync($"open the parent {id}", TryAsync).ConfigureAwait(false);
        return records!;

        async Task<bool> TryAsync()
        {
            records = await ImageRecords.ReadLayersAsync(pool, id, CancellationToken.None).ConfigureAwait(false)
                ?? throw new StorageException(Errno.EIO, $"a clone lies on image id {id} in pool {pool.Io.Pool.Name}, but it is not there");
            return await reader.TryRegisterAsync(records.Header, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
