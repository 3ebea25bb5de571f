using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// What a clone shows of a parent that is not encrypted as the clone is: the parent's text, encrypted as if the clone had written it.
/// So it can lie below the clone's own layers, and what is copied from it is the clone's.
/// </summary>
/// <param name="parent">At its snapshot, its own encryption loaded if it has one. Taken over.</param>
/// <param name="cipher">The clone's.</param>
/// <param name="hasHeader">The clone has no header of its own but shows its parent's.</param>
internal sealed class ReencryptedParent(Image parent, SectorCipher cipher, bool hasHeader) : IVolume, IFillSource
{
    public VolumePath Path => parent.Volume.Path;

    /// <summary>Where the parent ends, in the clone's bytes.</summary>
    public ulong End => cipher.DataOffset + parent.Size;

    /// <summary>As a layer it has no end: beyond that of the parent it is zeros.</summary>
    public ulong Size => ulong.MaxValue >> 1 & ~(OverlayHeader.ClusterSize - 1ul);

    int IFillSource.BlockSize => cipher.SectorSize;

    public async ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        ulong mask = (ulong)cipher.SectorSize - 1;
        ulong start = offset & ~mask;
        ulong end = (offset + (ulong)buffer.Length + mask) & ~mask;
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)(end - start));
        try
        {
            Memory<byte> sectors = rented.AsMemory(0, (int)(end - start));
            await ReadSectorsAsync(start, sectors).ConfigureAwait(false);
            buffer.CopyFrom(sectors.Span.Slice((int)(offset - start), buffer.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        if (offset < cipher.DataOffset && hasHeader)
            return new VolumeExtent(offset, Math.Min(end, cipher.DataOffset) - offset);
        ulong from = Math.Max(offset, cipher.DataOffset);
        ulong until = Math.Min(end, End);
        if (from >= until)
            return null;
        VolumeExtent? data = await parent.NextDataAsync(from - cipher.DataOffset, until - cipher.DataOffset).ConfigureAwait(false);
        return data is { } found ? ToSectors(found, until) : null;
    }

    public ValueTask WriteAsync(ulong offset, IoVector data) => throw ReadOnly();

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode) => throw ReadOnly();

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void GiveUp() => parent.Volume.GiveUp();

    // A stack of layers disposes of what it has no use for at the moment; see CloseAsync.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task CloseAsync() => parent.CloseAsync();

    private async ValueTask ReadSectorsAsync(ulong start, Memory<byte> sectors)
    {
        if (start < cipher.DataOffset)
        {
            int length = (int)Math.Min((ulong)sectors.Length, cipher.DataOffset - start);
            await ReadHeaderAsync(start, sectors[..length]).ConfigureAwait(false);
            sectors = sectors[length..];
            start = cipher.DataOffset;
        }

        if (sectors.IsEmpty)
            return;
        ulong offset = start - cipher.DataOffset;
        int read = offset < parent.Size ? await parent.ReadAsync(offset, sectors).ConfigureAwait(false) : 0;
        sectors.Span[read..].Clear();
        cipher.EncryptSparse(start, sectors.Span);
    }

    private async ValueTask ReadHeaderAsync(ulong start, Memory<byte> header)
    {
        int read = hasHeader ? await parent.ReadStoredAsync(start, header).ConfigureAwait(false) : 0;
        header.Span[read..].Clear();
    }

    private VolumeExtent ToSectors(VolumeExtent data, ulong until)
    {
        ulong mask = (ulong)cipher.SectorSize - 1;
        ulong start = (data.Offset + cipher.DataOffset) & ~mask;
        ulong end = Math.Min((data.End + cipher.DataOffset + mask) & ~mask, until);
        return new VolumeExtent(start, end - start);
    }

    private StorageException ReadOnly() => new(Errno.EROFS, $"{Path} is below a clone: it is not written to");
}
