using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Hears the notifications of an object until it is disposed, the object is removed, or the client's session is lost.</summary>
public sealed class ObjectWatch : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly ObjectId _id;
    private readonly ObjectKeys _keys;
    private readonly IObjectWatcher _watcher;
    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _pending = [];
    private readonly List<Task> _works = [];
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private CancellationTokenRegistration _loss;
    private Errno _failure;
    private bool _isOver;
    private long _session;

    private ObjectWatch(Cluster cluster, ObjectId id, ObjectKeys keys, IObjectWatcher watcher, ulong cookie)
    {
        _cluster = cluster;
        _id = id;
        _keys = keys;
        _watcher = watcher;
        Self = new ObjectWatcherId(cluster.InstanceId, cookie);
    }

    public ObjectWatcherId Self { get; }

    private IRecordStore Records => _cluster.Records;

    private string Key => _keys.Watchers(_id) + Self.ToKey();

    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    internal static async Task<ObjectWatch> StartAsync(
        Cluster cluster, ObjectId id, ObjectKeys keys, IObjectWatcher watcher, ulong cookie, CancellationToken cancellationToken)
    {
        var watch = new ObjectWatch(cluster, id, keys, watcher, cookie);
        try
        {
            await watch.StartAsync(cancellationToken).ConfigureAwait(false);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="StorageException">ENOTCONN: it has ended.</exception>
    public void ThrowIfFailed()
    {
        if (_failure != Errno.None || _isOver || !_cluster.Session.IsHeld || _cluster.Session.Id != _session)
            throw new StorageException(Errno.ENOTCONN, $"the watch of object '{_id}' has ended: watch it anew");
    }

    /// <summary>Answers a notification. Answering twice, or what is over, changes nothing.</summary>
    /// <exception cref="StorageException">EFBIG</exception>
    public async Task AcknowledgeAsync(ulong notification, byte[] payload, CancellationToken cancellationToken)
    {
        if (payload.Length > ObjectLimits.ValueSizeMax)
            throw new StorageException(Errno.EFBIG, $"an answer may have {ObjectLimits.ValueSizeMax} bytes");
        lock (_lock)
        {
            if (!_pending.Contains(notification))
                return;
        }

        byte[] value = RadosRecords.Serialize(new AcknowledgementRecord { Payload = payload }, RadosJsonContext.Default.AcknowledgementRecord);
        string key = _keys.Acknowledgements(notification) + Self.ToKey();
        await Records.CommitAsync(new RecordTransaction().Put(key, value, _session), cancellationToken).ConfigureAwait(false);
        // The notification may have ended meanwhile, and then nobody else takes the answer away.
        lock (_lock)
        {
            if (_pending.Contains(notification))
                return;
        }

        await RemoveAsync(key).ConfigureAwait(false);
    }

    /// <summary>When it has completed no call of the watcher begins any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] works;
        lock (_lock)
        {
            _isOver = true;
            works = [.. _works];
        }

        await _loss.DisposeAsync().ConfigureAwait(false);
        foreach (IAsyncDisposable subscription in _subscriptions)
            await subscription.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(works).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await RemoveAsync([Key, .. Answers()]).ConfigureAwait(false);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _session = _cluster.Session.Id;
        string header = _keys.Header(_id);
        _subscriptions.Add(await Records.WatchAsync(header, OnHeader, cancellationToken).ConfigureAwait(false));
        _subscriptions.Add(await Records.WatchAsync(_keys.Notifications(_id), OnNotification, cancellationToken).ConfigureAwait(false));
        var watcher = new ObjectWatcherRecord { Client = Self.Client, Cookie = Self.Cookie, Address = _cluster.Address };
        byte[] value = RadosRecords.Serialize(watcher, RadosJsonContext.Default.ObjectWatcherRecord);
        while (true)
        {
            Record seen = await Records.GetAsync(header, cancellationToken).ConfigureAwait(false)
                ?? throw new StorageException(Errno.ENOENT, $"object '{_id}' does not exist");
            RecordCommit commit = await Records.CommitAsync(
                new RecordTransaction().Require(seen).Put(Key, value, _session), cancellationToken).ConfigureAwait(false);
            if (commit.Succeeded)
                break;
        }

        _loss = _cluster.Session.Lost.UnsafeRegister(_ => Fail(), null);
    }

    private void OnHeader(RecordEvent change)
    {
        if (change.Key is null)
            Track(CheckHeaderAsync());
        else if (change.Record is null && change.Key == _keys.Header(_id))
            Fail();
    }

    private async Task CheckHeaderAsync()
    {
        if (await Records.GetAsync(_keys.Header(_id), CancellationToken.None).ConfigureAwait(false) is null)
            Fail();
    }

    private void OnNotification(RecordEvent change)
    {
        if (change.Key is null)
            Track(ReadNotificationsAsync());
        else if (change.Record is not null)
            Deliver(change.Record);
        else
            Forget(IdOf(change.Key));
    }

    private async Task ReadNotificationsAsync()
    {
        IReadOnlyList<Record> records = await Records.RangeAsync(_keys.Notifications(_id), null, 0, CancellationToken.None).ConfigureAwait(false);
        foreach (Record record in records)
            Deliver(record);
    }

    private void Deliver(Record record)
    {
        NotificationRecord notification;
        try
        {
            notification = RadosRecords.Parse(record, RadosJsonContext.Default.NotificationRecord, value => value.Version);
        }
        catch (StorageException error)
        {
            Log.BadNotification(_cluster.Logger, _id.ToString(), error.Message);
            return;
        }

        lock (_lock)
        {
            if (_isOver || _failure != Errno.None || !notification.Watchers.Contains(Self.ToKey()) || !_pending.Add(notification.Id))
                return;
        }

        _watcher.Notified(this, new ObjectNotification(notification.Id, notification.Notifier, notification.Payload));
    }

    private void Forget(ulong notification)
    {
        lock (_lock)
        {
            if (!_pending.Remove(notification))
                return;
        }

        Track(RemoveAsync(_keys.Acknowledgements(notification) + Self.ToKey()));
    }

    // Whoever ends the watch waits for it.
    private void Track(Task work)
    {
        lock (_lock)
        {
            _works.RemoveAll(done => done.IsCompleted);
            _works.Add(work);
        }
    }

    private void Fail()
    {
        lock (_lock)
        {
            if (_isOver || _failure != Errno.None)
                return;
            _failure = Errno.ENOTCONN;
        }

        _watcher.Failed(this, Errno.ENOTCONN);
    }

    private IEnumerable<string> Answers()
    {
        lock (_lock)
            return [.. _pending.Select(notification => _keys.Acknowledgements(notification) + Self.ToKey())];
    }

    private async Task RemoveAsync(params string[] keys)
    {
        try
        {
            foreach (string[] batch in keys.Chunk(ObjectLimits.TransactionChangesMax))
            {
                var transaction = new RecordTransaction();
                foreach (string key in batch)
                    transaction.Delete(key);
                await Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (StorageException)
        {
            // They go with the session.
        }
    }

    private static ulong IdOf(string key) => Convert.ToUInt64(key[(key.LastIndexOf('/') + 1)..], 16);
}
