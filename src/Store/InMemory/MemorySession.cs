namespace CurveRbd.Store.InMemory;

internal sealed class MemorySession(MemoryRecords store, long id) : IRecordSession
{
    public long Id { get; } = id;

    public CancellationToken Lost => CancellationToken.None;

    public ValueTask DisposeAsync()
    {
        store.EndSession(Id);
        return ValueTask.CompletedTask;
    }
}
