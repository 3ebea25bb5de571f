using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>One watch on a prefix.</summary>
internal sealed class LocalWatch(ChangeFeed feed, string prefix, Action<RecordEvent> handler) : IAsyncDisposable
{
    // Held while the handler runs: who has it knows that no call is under way. A handler may end its own watch.
    private readonly Lock _delivery = new();
    private bool _isEnded;

    /// <summary>Changes up to this sequence are older than the watch.</summary>
    public long Start { get; set; }

    public ValueTask DisposeAsync()
    {
        feed.Remove(this);
        lock (_delivery)
            _isEnded = true;
        return ValueTask.CompletedTask;
    }

    public void Offer(RecordedChange change)
    {
        if (change.Sequence > Start && change.Key.StartsWith(prefix, StringComparison.Ordinal))
            Deliver(new RecordEvent(change.Key, change.Record));
    }

    /// <summary>Changes were missed.</summary>
    public void OfferGap() => Deliver(default);

    private void Deliver(RecordEvent change)
    {
        lock (_delivery)
        {
            if (!_isEnded)
                Call(change);
        }
    }

    // A handler's own failure must neither end the host nor keep others from hearing.
    private void Call(RecordEvent change)
    {
        try
        {
            handler(change);
        }
        catch (Exception)
        {
        }
    }
}
