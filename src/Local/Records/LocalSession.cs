using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>A session of this process. Nothing but its end takes it away.</summary>
internal sealed class LocalSession(LocalRecords records, long id) : IRecordSession
{
    private int _isEnded;

    public long Id { get; } = id;

    public CancellationToken Lost => CancellationToken.None;

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
            records.EndSession(Id);
        return ValueTask.CompletedTask;
    }
}
