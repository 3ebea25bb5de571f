using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes a fresh volume an overlay, and recognises one.</summary>
internal static class OverlayVolume
{
    /// <summary>A new volume with nothing but the header.</summary>
    public static async Task CreateAsync(
        IVolumeStore volumes, VolumePath path, OverlayHeader header, CancellationToken cancellationToken)
    {
        await volumes.CreateAsync(path, header.InitialVolumeSize(volumes.Limits), cancellationToken).ConfigureAwait(false);
        IVolume volume = await volumes.OpenAsync(path, readOnly: false, cancellationToken).ConfigureAwait(false);
        await using (volume.ConfigureAwait(false))
            await FormatAsync(volume, header).ConfigureAwait(false);
    }

    /// <summary>Writes the header, durably. The volume is new: its table reads as zeros, every entry is absent.</summary>
    public static async Task FormatAsync(IVolume volume, OverlayHeader header)
    {
        var block = new byte[OverlayHeader.Size];
        header.Write(block);
        await volume.WriteAsync(0, block).ConfigureAwait(false);
        await volume.FlushAsync().ConfigureAwait(false);
    }

    /// <exception cref="StorageException">EIO: it is no overlay that this version can read.</exception>
    public static async Task<OverlayHeader> ReadHeaderAsync(IVolume volume)
    {
        if (volume.Size < OverlayHeader.Size)
            throw OverlayHeader.Broken(volume.Path, $"it has only {volume.Size} bytes");
        byte[] block = ArrayPool<byte>.Shared.Rent(OverlayHeader.Size);
        try
        {
            await volume.ReadAsync(0, block.AsMemory(0, OverlayHeader.Size)).ConfigureAwait(false);
            OverlayHeader header = OverlayHeader.Read(block.AsSpan(0, OverlayHeader.Size), volume.Path);
            if (volume.Size < header.DataOffset)
                throw OverlayHeader.Broken(volume.Path, $"its table ends at {header.DataOffset}, but it has only {volume.Size} bytes");
            return header;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
