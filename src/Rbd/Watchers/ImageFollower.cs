using System.Threading.Channels;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Keeps what is known of an open image current: sees other clients' changes, has them applied, tells whoever watches updates, and
/// answers for it in the watcher record, so that a client that changed the image can wait until everybody follows.
/// </summary>
internal sealed class ImageFollower : IAsyncDisposable
{
    // A change that could not be followed stops the image's requests; the store may be back at any moment.
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Callbacks _callbacks = new();
    private readonly string _prefix;
    private readonly bool _readsLayersOnly;
    private IAsyncDisposable? _watch;
    private Task _pump = Task.CompletedTask;
    private Task<bool>? _change; // the pump's wait for the next one
    private Func<ImageRecords, Task> _apply = _ => Task.CompletedTask;
    private Func<Task<bool>> _acknowledge = () => Task.FromResult(true);
    private volatile ImageRecords _records = null!;
    private volatile ImageRecords _followed = null!;
    private volatile bool _isStale;
    private volatile bool _isUpdated;
    private volatile bool _isReconfigured;
    private volatile bool _isRemoved;

    private ImageFollower(ImagePool pool, string id, bool readsLayersOnly)
    {
        Pool = pool;
        Id = id;
        _readsLayersOnly = readsLayersOnly;
        _prefix = pool.Keys.Image(id);
    }

    public ImagePool Pool { get; }

    public string Id { get; }

    /// <summary>As last read; see <see cref="RefreshAsync"/>.</summary>
    public ImageRecords Records => _records;

    /// <summary>The last ones that the handle is in line with.</summary>
    public ImageRecords Followed => _followed;

    /// <summary>Whether there is nothing more to follow.</summary>
    public bool IsRemoved => _isRemoved;

    /// <summary>Begins to watch; give it the records read after that, with <see cref="Follow"/>.</summary>
    /// <param name="readsLayersOnly">Of its records, what <see cref="ImageRecords.ReadLayersAsync"/> reads is enough.</param>
    public static async Task<ImageFollower> WatchAsync(
        ImagePool pool, string id, CancellationToken cancellationToken, bool readsLayersOnly = false)
    {
        var follower = new ImageFollower(pool, id, readsLayersOnly);
        follower._watch = await pool.Records.WatchAsync(follower._prefix, follower.OnEvent, cancellationToken).ConfigureAwait(false);
        return follower;
    }

    /// <summary>What the image is at the beginning.</summary>
    public void Begin(ImageRecords records)
    {
        _records = records;
        _followed = records;
    }

    /// <param name="apply">Brings the handle in line with changed records. Never called concurrently; called again when it failed.</param>
    /// <param name="acknowledge">
    /// Called after that: does what is to be done outside, and records what is followed. Says false when it could not.
    /// </param>
    public void Follow(Func<ImageRecords, Task> apply, Func<Task<bool>> acknowledge)
    {
        _apply = apply;
        _acknowledge = acknowledge;
        _pump = Task.Run(PumpAsync);
    }

    /// <exception cref="StorageException">ENOENT: the image was removed.</exception>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        _isStale ? new ValueTask(ReadAgainAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>Catches up with a change that this client committed itself.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken)
    {
        _isStale = true;
        return ReadAgainAsync(cancellationToken);
    }

    /// <summary>Changes how the handle looks at the image, with current records, while nothing else is applied.</summary>
    public async Task ChangeViewAsync(Func<ImageRecords, Task> change, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadIfStaleAsync(cancellationToken).ConfigureAwait(false);
            await change(_records).ConfigureAwait(false);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Awaited after every change of what the image overrides of the configuration, before the callbacks. Must not throw.</summary>
    public Func<Task> Reconfigured { get; set; } = () => Task.CompletedTask;

    public IDisposable AddCallback(Action callback) => _callbacks.Add(callback);

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
        string? key = change.Key?[_prefix.Length..];
        bool isHeader = key is null or "header";
        if (isHeader || IsStructure(key!))
            NoteStale(change);
        if (isHeader || key!.StartsWith("meta/", StringComparison.Ordinal))
            _isUpdated = true;
        if (key is null || key.StartsWith("meta/conf_", StringComparison.Ordinal))
            _isReconfigured = true;
        // A watcher that vanished may be this handle's own, lost with its session.
        if (_isStale || _isUpdated || (change.Record is null && IsWatcher(key!)))
            _changes.Writer.TryWrite(true);
    }

    private static bool IsStructure(string key) => key is "freeze" or "owner-fence" || key.StartsWith("layer/", StringComparison.Ordinal);

    private static bool IsWatcher(string key) =>
        key.StartsWith("watcher/", StringComparison.Ordinal) || key.StartsWith("reader/", StringComparison.Ordinal);

    // What came with a header that has been read already is known.
    private void NoteStale(RecordEvent change)
    {
        if (change.Record is null || change.Record.Revision > (_records?.Header.Record.Revision ?? 0))
            _isStale = true;
    }

    private async Task PumpAsync()
    {
        bool isFollowed = true;
        while (await NextAsync(isFollowed).ConfigureAwait(false))
            isFollowed = await TryFollowAsync().ConfigureAwait(false);
    }

    /// <returns>false: the watch is over.</returns>
    private async Task<bool> NextAsync(bool isFollowed)
    {
        _change ??= _changes.Reader.WaitToReadAsync().AsTask();
        if (!isFollowed && await Task.WhenAny(_change, Task.Delay(s_retryInterval)).ConfigureAwait(false) != _change)
            return true;
        if (!await _change.ConfigureAwait(false))
            return false;
        _changes.Reader.TryRead(out bool _);
        _change = null;
        return true;
    }

    private async Task<bool> TryFollowAsync()
    {
        bool isFollowed = false;
        try
        {
            // Not only when stale: what somebody else is applying at this moment is to be acknowledged too.
            await ReadAgainAsync(CancellationToken.None).ConfigureAwait(false);
            isFollowed = await _acknowledge().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            isFollowed = _isRemoved; // there is nothing more to follow
            Log.ChangeNotFollowed(Pool.Logger, Id, error);
        }

        if (_isUpdated)
        {
            _isUpdated = false;
            await FollowConfigurationAsync().ConfigureAwait(false);
            NotifyCallbacks();
        }

        return isFollowed;
    }

    private async Task ReadAgainAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadIfStaleAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private async Task ReadIfStaleAsync(CancellationToken cancellationToken)
    {
        if (!_isStale)
            return;
        _isStale = false;
        try
        {
            ImageRecords? records = _readsLayersOnly
                ? await ImageRecords.ReadLayersAsync(Pool, Id, cancellationToken).ConfigureAwait(false)
                : await ImageRecords.ReadAsync(Pool, Id, cancellationToken).ConfigureAwait(false);
            _isRemoved = records is null;
            _records = records ?? throw new StorageException(Errno.ENOENT, $"image {Pool.Describe(_records.Header.Value.Name)} was removed");
            await _apply(records).ConfigureAwait(false);
            _followed = records;
        }
        catch
        {
            _isStale = true;
            throw;
        }
    }

    private async Task FollowConfigurationAsync()
    {
        if (!_isReconfigured)
            return;
        _isReconfigured = false;
        await Reconfigured().ConfigureAwait(false);
    }

    private void NotifyCallbacks()
    {
        foreach (Action callback in _callbacks.ToArray())
        {
            try
            {
                callback();
            }
            catch (Exception error)
            {
                // A watcher's defect must not end the watch of the others.
                Log.UpdateCallbackThrew(Pool.Logger, Id, error);
            }
        }
    }
}
