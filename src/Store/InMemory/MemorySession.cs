namespace CurveRbd.Store.InMemory;

internal sealed class MemorySession(MemoryRecords store, long id) : IRecordSession
{
    private readonly CancellationTokenSource _lost = new();

    public long Id { get; } = id;

    public CancellationToken Lost => _lost.Token;

    public void Lose()
    {
        store.EndSession(Id);
        _lost.Cancel();
    }

    public ValueTask DisposeAsync()
    {
        store.EndSession(Id);
        return ValueTask.CompletedTask;
    }
}
