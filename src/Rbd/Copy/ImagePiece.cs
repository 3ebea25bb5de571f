using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Bytes of an image in a rented buffer.</summary>
internal readonly record struct ImagePiece(ulong Offset, int Length, byte[] Buffer)
{
    public Memory<byte> Data => Buffer.AsMemory(0, Length);

    public static ImagePiece Rent(VolumeExtent extent) =>
        new(extent.Offset, (int)extent.Length, ArrayPool<byte>.Shared.Rent((int)extent.Length));

    /// <exception cref="StorageException">EIO: the image ended before, somebody shrank it.</exception>
    public static async Task<ImagePiece> ReadAsync(Image image, VolumeExtent extent)
    {
        ImagePiece piece = Rent(extent);
        int count = await image.ReadAsync(extent.Offset, piece.Data).ConfigureAwait(false);
        if (count == piece.Length)
            return piece;
        ulong end = extent.Offset + (ulong)count;
        throw new StorageException(Errno.EIO, $"image {image.Description} ended at {end} while it was read: somebody shrank it meanwhile");
    }

    /// <summary>Not while a request that was called off may still use the buffer.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(Buffer);
}
