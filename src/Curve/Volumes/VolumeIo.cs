using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>The way that the bytes of one open volume go: cut into requests, which all run at once.</summary>
internal abstract class VolumeIo : IAsyncDisposable
{
    /// <summary>How many requests are over, however they ended.</summary>
    public abstract long EndedCount { get; }

    public abstract ValueTask DisposeAsync();

    public ValueTask TransferAsync(ulong offset, IoVector data, bool isWrite)
    {
        if (data.Length == 0)
            return ValueTask.CompletedTask;
        VolumeTransfer transfer = VolumeTransfer.Begin();
        for (int done = 0; done < data.Length;)
        {
            int length = NextLength(offset + (ulong)done, data.Length - done);
            transfer.AddRequest();
            StartRequest(transfer, offset + (ulong)done, data.Slice(done, length), isWrite);
            done += length;
        }

        return transfer.EndAsync();
    }

    /// <summary>How many of the <paramref name="length"/> bytes at <paramref name="offset"/> the first request takes.</summary>
    protected abstract int NextLength(ulong offset, int length);

    /// <summary>Never throws: the outcome goes to the transfer.</summary>
    protected abstract void StartRequest(VolumeTransfer transfer, ulong offset, IoVector data, bool isWrite);
}
