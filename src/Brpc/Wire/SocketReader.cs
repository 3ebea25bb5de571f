using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CurveRbd.Brpc;

/// <summary>
/// The receiving half of a connection: reads ahead into its own buffer, so that small frames cost one system call for many,
/// and receives large pieces straight into the memory they are meant for. Used by one loop.
/// </summary>
internal sealed class SocketReader(Socket socket)
{
    // Holds any header with its meta, and with luck many small frames.
    private const int BufferSize = 2 * FrameHeader.MetaSizeMax;

    // Below this, copying out of a full buffer is cheaper than a system call for the exact piece.
    private const int DirectSizeMin = 16 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private int _start;
    private int _end;

    /// <summary>What has been received and not been consumed.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public void Consume(int count) => _start += count;

    /// <summary>Completes when at least <paramref name="count"/> bytes (at most a header and a meta) are in <see cref="Unread"/>.</summary>
    public ValueTask EnsureAsync(int count) => Unread.Length >= count ? ValueTask.CompletedTask : FillAsync(count);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadExactlyAsync(Memory<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_start == _end && destination.Length >= DirectSizeMin)
            {
                destination = destination[await ReceiveAsync(destination).ConfigureAwait(false)..];
                continue;
            }

            await EnsureAsync(1).ConfigureAwait(false);
            int count = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(destination.Span);
            _start += count;
            destination = destination[count..];
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SkipAsync(int count)
    {
        while (count > 0)
        {
            await EnsureAsync(1).ConfigureAwait(false);
            int skipped = Math.Min(count, _end - _start);
            _start += skipped;
            count -= skipped;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(int count)
    {
        Unread.CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
            _end += await ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> destination)
    {
        int received = await socket.ReceiveAsync(destination, SocketFlags.None).ConfigureAwait(false);
        return received > 0 ? received : throw new EndOfStreamException("the peer closed the connection");
    }
}
