using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>One user's connection to the stores of a cluster. Disposing it gives it back; the stores may stay open for others.</summary>
public sealed class StoreConnection(IVolumeStore volumes, IRecordStore records, Func<ValueTask> release) : IAsyncDisposable
{
    private int _released;

    public IVolumeStore Volumes { get; } = volumes;

    public IRecordStore Records { get; } = records;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _released, 1) == 0 ? release() : ValueTask.CompletedTask;
}
