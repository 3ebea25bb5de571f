using System.Threading.Channels;

namespace CurveRbd.Store.InMemory;

/// <summary>Hands events over one at a time, outside the store's lock.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private readonly MemoryRecords _store;
    private readonly string _prefix;
    private readonly Action<RecordEvent> _handler;
    private readonly Channel<RecordEvent> _events = Channel.CreateUnbounded<RecordEvent>(new() { SingleReader = true });
    private readonly Task _delivery;
    private volatile bool _isEnded;

    public MemoryWatch(MemoryRecords store, string prefix, Action<RecordEvent> handler)
    {
        _store = store;
        _prefix = prefix;
        _handler = handler;
        _delivery = DeliverAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _isEnded = true;
        _store.Forget(this);
        _events.Writer.TryComplete();
        await _delivery.ConfigureAwait(false);
    }

    internal void Offer(RecordEvent change)
    {
        if (change.Key!.StartsWith(_prefix, StringComparison.Ordinal))
            _events.Writer.TryWrite(change);
    }

    private async Task DeliverAsync()
    {
        await foreach (RecordEvent change in _events.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (!_isEnded)
                Call(change);
        }
    }

    // A handler's own failure must not keep it from hearing of what follows.
    private void Call(RecordEvent change)
    {
        try
        {
            _handler(change);
        }
        catch (Exception)
        {
        }
    }
}
