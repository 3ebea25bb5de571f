using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CurveRbd.Brpc;

/// <summary>
/// The sending half of a connection: gathers small pieces in its own buffer until it is flushed and sends large ones straight
/// from where they lie. Used by one loop.
/// </summary>
internal sealed class SocketWriter(Socket socket)
{
    private const int BufferSize = 128 * 1024;

    // Below this, copying is cheaper than a system call of its own.
    private const int DirectSizeMin = 16 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private int _count;

    /// <summary>A place for at least <paramref name="sizeMax"/> bytes (a header and a meta); see <see cref="Advance"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> ReserveAsync(int sizeMax)
    {
        if (_buffer.Length - _count < sizeMax)
            await FlushAsync().ConfigureAwait(false);
        return _buffer.AsMemory(_count);
    }

    public void Advance(int count) => _count += count;

    /// <summary>Completes when <paramref name="piece"/> has been copied or sent.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> piece)
    {
        if (piece.Length >= DirectSizeMin)
        {
            await FlushAsync().ConfigureAwait(false);
            await SendAsync(piece).ConfigureAwait(false);
            return;
        }

        if (_buffer.Length - _count < piece.Length)
            await FlushAsync().ConfigureAwait(false);
        piece.CopyTo(_buffer.AsMemory(_count));
        _count += piece.Length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync()
    {
        if (_count == 0)
            return;
        await SendAsync(_buffer.AsMemory(0, _count)).ConfigureAwait(false);
        _count = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
            piece = piece[await socket.SendAsync(piece, SocketFlags.None).ConfigureAwait(false)..];
    }
}
