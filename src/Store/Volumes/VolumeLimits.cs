namespace CurveRbd.Store;

/// <summary>What a volume store demands of volumes and of I/O on them.</summary>
/// <param name="BlockSize">Offsets and lengths of reads, writes and zeroing are multiples of it, in bytes. 1 = no demand.</param>
/// <param name="SizeMin">Smallest volume, in bytes (CurveBS: 10 GiB).</param>
/// <param name="SizeGranularity">Volume sizes are multiples of it, in bytes (CurveBS: 1 GiB).</param>
/// <param name="SizeMax">Largest volume, in bytes.</param>
/// <param name="CanShrink">Whether <see cref="IVolume.ResizeAsync"/> accepts a smaller size.</param>
/// <param name="WritesAreDurable">Whether a completed write survives a crash of the machine without a flush (CurveBS: yes).</param>
/// <param name="NameLengthMax">Longest volume name, in bytes.</param>
public sealed record VolumeLimits(
    int BlockSize,
    ulong SizeMin,
    ulong SizeGranularity,
    ulong SizeMax,
    bool CanShrink,
    bool WritesAreDurable,
    int NameLengthMax)
{
    /// <summary>The size of the volume that can hold <paramref name="size"/> bytes.</summary>
    /// <exception cref="StorageException">EFBIG: no volume is that large.</exception>
    public ulong RoundUp(ulong size)
    {
        if (size > SizeMax)
            throw new StorageException(Errno.EFBIG, $"{size} bytes are more than the largest volume of this store, {SizeMax} bytes");
        ulong rest = size % SizeGranularity;
        ulong rounded = rest == 0 ? size : size + (SizeGranularity - rest);
        return Math.Max(SizeMin, rounded);
    }
}
