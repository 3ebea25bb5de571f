using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>The way that the bytes of one open volume go: cut into requests, which all run at once.</summary>
internal abstract class VolumeIo : IAsyncDisposable
{
    public abstract ValueTask DisposeAsync();

    /// <summary>One request goes its way at once; several are started together and all waited for, because their memory is lent.</summary>
    public ValueTask TransferAsync(ulong offset, IoVector data, bool isWrite)
    {
        if (data.Length == 0)
            return ValueTask.CompletedTask;
        return NextLength(offset, data.Length) == data.Length ? RequestAsync(offset, data, isWrite) : TransferManyAsync(offset, data, isWrite);
    }

    /// <summary>How many of the <paramref name="length"/> bytes at <paramref name="offset"/> the first request takes.</summary>
    protected abstract int NextLength(ulong offset, int length);

    protected abstract ValueTask RequestAsync(ulong offset, IoVector data, bool isWrite);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TransferManyAsync(ulong offset, IoVector data, bool isWrite)
    {
        ValueTask[] requests = ArrayPool<ValueTask>.Shared.Rent(CountRequests(offset, data.Length));
        int count = 0;
        for (int done = 0; done < data.Length;)
        {
            int length = NextLength(offset + (ulong)done, data.Length - done);
#pragma warning disable CA2012 // Each is awaited exactly once, below.
            requests[count++] = RequestAsync(offset + (ulong)done, data.Slice(done, length), isWrite);
#pragma warning restore CA2012
            done += length;
        }

        Exception? failure = null;
        for (int i = 0; i < count; i++)
        {
            try
            {
                await requests[i].ConfigureAwait(false);
            }
            catch (Exception error)
            {
                failure ??= error;
            }
        }

        Array.Clear(requests, 0, count);
        ArrayPool<ValueTask>.Shared.Return(requests);
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private int CountRequests(ulong offset, int length)
    {
        int count = 0;
        for (int done = 0; done < length; count++)
            done += NextLength(offset + (ulong)done, length - done);
        return count;
    }
}
