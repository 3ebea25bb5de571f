using System.Threading.Channels;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Keeps an open image's header current: sees other clients' changes, tells the image and whoever watches updates, and answers
/// for it in the watcher record, so that a client that changed the header can wait until everybody follows.
/// </summary>
internal sealed class HeaderFollower : IAsyncDisposable
{
    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Lock _callbacksLock = new();
    private readonly List<Action> _callbacks = [];
    private IAsyncDisposable? _watch;
    private Task _pump = Task.CompletedTask;
    private Func<ImageHeader, ValueTask> _apply = _ => ValueTask.CompletedTask;
    private Func<Stored<ImageHeader>, Task> _acknowledge = _ => Task.CompletedTask;
    private volatile Stored<ImageHeader> _current = null!;
    private volatile bool _isStale;
    private volatile bool _isUpdated;

    private HeaderFollower(ImagePool pool, string id)
    {
        _pool = pool;
        _id = id;
    }

    public Stored<ImageHeader> Current => _current;

    /// <summary>Begins to watch; give it the header read after that, with <see cref="Follow"/>.</summary>
    public static async Task<HeaderFollower> WatchAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        var follower = new HeaderFollower(pool, id);
        follower._watch = await pool.Records.WatchAsync(pool.Keys.Image(id), follower.OnEvent, cancellationToken)
            .ConfigureAwait(false);
        return follower;
    }

    /// <param name="apply">Brings the image in line with a new header. Never called concurrently.</param>
    /// <param name="acknowledge">Records that this header is followed.</param>
    public void Follow(
        Stored<ImageHeader> header, Func<ImageHeader, ValueTask> apply, Func<Stored<ImageHeader>, Task> acknowledge)
    {
        _current = header;
        _apply = apply;
        _acknowledge = acknowledge;
        _pump = Task.Run(PumpAsync);
    }

    /// <exception cref="StorageException">ENOENT: the image was removed.</exception>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        _isStale ? RereadAsync(cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Takes over a header that this client committed itself.</summary>
    public async ValueTask AdvanceAsync(Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ApplyAsync(header).ConfigureAwait(false);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public IDisposable AddCallback(Action callback)
    {
        lock (_callbacksLock)
            _callbacks.Add(callback);
        return new Registration(this, callback);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            await _watch.DisposeAsync().ConfigureAwait(false);
        _changes.Writer.TryComplete();
        await _pump.ConfigureAwait(false);
        _refreshing.Dispose();
    }

    // On a thread of the store: says only that something changed.
    private void OnEvent(RecordEvent change)
    {
        bool isHeader = change.Key is null || string.Equals(change.Key, _pool.Keys.Header(_id), StringComparison.Ordinal);
        if (isHeader && (change.Record is null || change.Record.Revision > (_current?.Record.Revision ?? 0)))
            _isStale = true;
        bool isUpdate = isHeader || change.Key!.StartsWith(_pool.Keys.ImageMetadata(_id), StringComparison.Ordinal);
        if (isUpdate)
            _isUpdated = true;
        // A watcher that vanished may be this handle's own, lost with its session.
        bool isLostWatcher = change.Record is null && change.Key?.StartsWith(_pool.Keys.Watchers(_id), StringComparison.Ordinal) == true;
        if (isUpdate || isLostWatcher)
            _changes.Writer.TryWrite(true);
    }

    private async Task PumpAsync()
    {
        await foreach (bool _ in _changes.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await RefreshAsync(CancellationToken.None).ConfigureAwait(false);
                await _acknowledge(_current).ConfigureAwait(false);
            }
            catch (StorageException error)
            {
                // The next metadata call meets the same failure and has somebody to tell.
                Log.ChangeNotFollowed(_pool.Logger, _id, error);
            }

            if (!_isUpdated)
                continue;
            _isUpdated = false;
            NotifyCallbacks();
        }
    }

    private async ValueTask RereadAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isStale)
                return;
            _isStale = false;
            Stored<ImageHeader> header = await _pool.GetAsync(
                _pool.Keys.Header(_id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
                ?? throw new StorageException(Errno.ENOENT, $"image {_pool.Describe(_current.Value.Name)} was removed");
            await ApplyAsync(header).ConfigureAwait(false);
        }
        catch
        {
            _isStale = true;
            throw;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private async ValueTask ApplyAsync(Stored<ImageHeader> header)
    {
        if (header.Record.Revision <= _current.Record.Revision)
            return;
        await _apply(header.Value).ConfigureAwait(false);
        _current = header;
    }

    private void NotifyCallbacks()
    {
        Action[] callbacks;
        lock (_callbacksLock)
            callbacks = [.. _callbacks];
        foreach (Action callback in callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception error)
            {
                // A watcher's defect must not end the watch of the others.
                Log.UpdateCallbackThrew(_pool.Logger, _id, error);
            }
        }
    }

    private sealed class Registration(HeaderFollower follower, Action callback) : IDisposable
    {
        public void Dispose()
        {
            lock (follower._callbacksLock)
                follower._callbacks.Remove(callback);
        }
    }
}
