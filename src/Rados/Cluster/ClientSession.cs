using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// A client's session, followed by a new one when the store has given it up. The client keeps its identity; records bound to the
/// old session are gone, and whoever put them puts them anew.
/// </summary>
public sealed class ClientSession : IRecordSession
{
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(1);

    private readonly IRecordStore _records;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly Callbacks _callbacks = new();
    private volatile IRecordSession _current;
    private Task _renewal = Task.CompletedTask;

    private ClientSession(IRecordStore records, IRecordSession first, TimeProvider time)
    {
        _records = records;
        _time = time;
        _current = first;
        FirstId = first.Id;
        Follow(first);
    }

    /// <summary>Of the session that the client began with: its identity.</summary>
    public long FirstId { get; }

    public long Id => _current.Id;

    public CancellationToken Lost => _current.Lost;

    public bool IsHeld => _current.IsHeld;

    /// <summary>Whether the session is still the one with this id, and held.</summary>
    public bool Holds(long id) => _current is { } current && current.Id == id && current.IsHeld;

    internal static async Task<ClientSession> OpenAsync(IRecordStore records, TimeProvider time, CancellationToken cancellationToken) =>
        new(records, await records.OpenClientSessionAsync(cancellationToken).ConfigureAwait(false), time);

    /// <summary>Calls back when the session was lost, and again when there is a new one.</summary>
    /// <returns>Dispose it to end that.</returns>
    public IDisposable OnChange(Action callback) => _callbacks.Add(callback);

    public async ValueTask DisposeAsync()
    {
        Task renewal;
        lock (_lock)
        {
            if (_ended.IsCancellationRequested)
                return;
            _ended.Cancel();
            renewal = _renewal;
        }

        await renewal.ConfigureAwait(false);
        await _current.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private void Follow(IRecordSession session) => session.Lost.UnsafeRegister(_ => OnLost(), null);

    private void OnLost()
    {
        lock (_lock)
        {
            if (!_ended.IsCancellationRequested)
                _renewal = Task.Run(RenewAsync);
        }

        _callbacks.Invoke();
    }

    private async Task RenewAsync()
    {
        try
        {
            IRecordSession session = await OpenPatientlyAsync().ConfigureAwait(false);
            IRecordSession lost = _current;
            _current = session;
            await lost.DisposeAsync().ConfigureAwait(false);
            Follow(session);
            _callbacks.Invoke();
        }
        catch (OperationCanceledException)
        {
            // The client shuts down.
        }
    }

    private async Task<IRecordSession> OpenPatientlyAsync()
    {
        while (true)
        {
            try
            {
                return await _records.OpenClientSessionAsync(_ended.Token).ConfigureAwait(false);
            }
            catch (StorageException)
            {
                await Task.Delay(s_retryPause, _time, _ended.Token).ConfigureAwait(false);
            }
        }
    }
}
