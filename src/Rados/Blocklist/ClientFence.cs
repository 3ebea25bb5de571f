using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// Whether this client itself is on the blocklist. Learnt from a watch, so that asking costs nothing; the records refuse a
/// blocklisted client's commits also before the watch has told.
/// </summary>
public sealed class ClientFence : IAsyncDisposable
{
    private readonly IRecordStore _records;
    private readonly TimeProvider _time;
    private readonly string _key;
    private readonly Lock _applying = new();
    private readonly Callbacks _callbacks = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private IAsyncDisposable? _watch;
    private long _untilTicks; // UTC; 0: not on the list

    internal ClientFence(IRecordStore records, string address, TimeProvider time)
    {
        _records = records;
        _time = time;
        _key = Blocklist.Key(address);
        Address = address;
    }

    public string Address { get; }

    /// <summary>As far as this process has heard.</summary>
    public bool IsFenced => Volatile.Read(ref _untilTicks) is not 0 and var until && _time.GetUtcNow().UtcTicks < until;

    internal string Key => _key;

    /// <summary>Begins to watch. Once; cheap when done.</summary>
    public ValueTask WatchAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _watch) is null ? new ValueTask(BeginWatchAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>Asks the store.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        Apply(await _records.GetAsync(_key, cancellationToken).ConfigureAwait(false));

    /// <summary>Calls back, on a thread of the store, whenever it may have changed. The callback returns at once.</summary>
    /// <returns>Dispose it to end that.</returns>
    public IDisposable OnChange(Action callback) => _callbacks.Add(callback);

    public StorageException Refusal() => new(
        Errno.ESHUTDOWN, $"this client ({Address}) is on the blocklist: its locks were broken, or an operator fenced it; connect anew");

    public void ThrowIfFenced()
    {
        if (IsFenced)
            throw Refusal();
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
            await _watch.DisposeAsync().ConfigureAwait(false);
        _starting.Dispose();
    }

    private async Task BeginWatchAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_watch is not null)
                return;
            IAsyncDisposable watch = await _records.WatchAsync(_key, OnEvent, cancellationToken).ConfigureAwait(false);
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _watch, watch);
        }
        finally
        {
            _starting.Release();
        }
    }

    private void OnEvent(RecordEvent change)
    {
        if (change.Key is null)
            _ = Task.Run(RefreshQuietlyAsync);
        else if (string.Equals(change.Key, _key, StringComparison.Ordinal))
            Apply(change.Record);
    }

    // Missed changes: if the store does not answer now, commits still meet the entry.
    private async Task RefreshQuietlyAsync()
    {
        try
        {
            await RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
        }
    }

    private void Apply(Record? record)
    {
        long until = record is null ? 0 : Blocklist.Parse(record).Until.UtcTicks;
        // Whoever finds it known already comes back after those who were told.
        lock (_applying)
        {
            if (Interlocked.Exchange(ref _untilTicks, until) != until)
                _callbacks.Invoke();
        }
    }
}
