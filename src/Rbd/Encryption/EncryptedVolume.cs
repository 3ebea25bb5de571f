using System.Buffers;
using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The text of a volume that holds a header and encrypted sectors, at the offsets at which they are stored; the header is as it is.
/// Requests are whole sectors. Borrows the volume.
/// </summary>
internal sealed class EncryptedVolume(IVolume stored, SectorCipher cipher) : IVolume
{
    // What a request is encrypted into: the text is lent and stays as it is. Longer ones go in pieces.
    private const int PieceMax = 4 << 20;

    public VolumePath Path => stored.Path;

    public ulong Size => stored.Size;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        await ReadStoredAsync(offset, buffer).ConfigureAwait(false);
        if (offset >= cipher.DataOffset)
            cipher.Decrypt(offset, buffer);
    }

    public ValueTask WriteAsync(ulong offset, IoVector data) =>
        offset < cipher.DataOffset ? stored.WriteAsync(offset, data) : EncryptAsync(offset, data);

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) => stored.ZeroAsync(offset, length, mode);

    public ValueTask FlushAsync() => stored.FlushAsync();

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) => stored.NextDataAsync(offset, end);

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) => stored.ResizeAsync(size, cancellationToken);

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => stored.RefreshAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // A volume that another program made may end within a sector.
    private ValueTask ReadStoredAsync(ulong offset, IoVector buffer)
    {
        ulong size = stored.Size;
        if (size - offset >= (ulong)buffer.Length && size >= offset)
            return stored.ReadAsync(offset, buffer);
        int there = size > offset ? (int)(size - offset) : 0;
        buffer.Slice(there, buffer.Length - there).Clear();
        return there == 0 ? ValueTask.CompletedTask : stored.ReadAsync(offset, buffer.Slice(0, there));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask EncryptAsync(ulong offset, IoVector data)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(data.Length, PieceMax));
        try
        {
            for (int done = 0; done < data.Length;)
            {
                Memory<byte> piece = rented.AsMemory(0, Math.Min(PieceMax, data.Length - done));
                data.Slice(done, piece.Length).CopyTo(piece.Span);
                cipher.Encrypt(offset + (ulong)done, piece.Span);
                await stored.WriteAsync(offset + (ulong)done, piece).ConfigureAwait(false);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
