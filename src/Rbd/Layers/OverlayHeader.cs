using System.Buffers.Binary;
using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The first 4096 bytes of an overlay volume: where its table and its clusters lie. Written once, before anything points at the
/// volume. docs/format.md has it to the bit.
/// </summary>
/// <param name="Capacity">Image size in bytes that the table has entries for; a multiple of <see cref="RegionSize"/>.</param>
/// <param name="LayerId">Whose volume this is; the layer's record says the same.</param>
internal sealed record OverlayHeader(ulong Capacity, Guid LayerId)
{
    public const int Size = 4096;
    public const int ClusterShift = 16;
    public const int ClusterSize = 1 << ClusterShift;
    public const int EntriesPerBlock = 1024;
    public const int TableBlockSize = EntriesPerBlock * sizeof(uint);
    public const ulong RegionSize = (ulong)EntriesPerBlock * ClusterSize; // of the image, by one table block

    // The smallest table fits with the header in the first megabytes of a CurveBS chunk, so a small overlay occupies one chunk.
    public const ulong CapacityMin = 64UL << 30;

    // A 64 TiB table takes 4 GiB of the volume's address space; places are 32 bits, which end at 256 TiB of data.
    public const ulong CapacityMax = 64UL << 40;

    private const uint Version = 1;
    private const ulong TableOffset = Size;
    private const int ChecksumAt = Size - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "CRBDOVLY"u8;

    /// <summary>Table blocks, one for each 64 MiB of the capacity.</summary>
    public uint RegionCount => (uint)(Capacity / RegionSize);

    /// <summary>Where place 0 begins, in bytes.</summary>
    public ulong DataOffset => RoundUp(TableOffset + (ulong)RegionCount * TableBlockSize, ClusterSize);

    /// <summary>A header for an image of <paramref name="imageSize"/> bytes with room to grow to four times that.</summary>
    /// <exception cref="StorageException">EFBIG: no overlay can hold such an image.</exception>
    public static OverlayHeader For(ulong imageSize, Guid layerId)
    {
        if (imageSize > CapacityMax)
        {
            throw new StorageException(Errno.EFBIG,
                $"an image of {imageSize} bytes can't have snapshots or be a clone: a layer holds at most {CapacityMax} bytes");
        }

        ulong wanted = Math.Clamp(imageSize * 4, CapacityMin, CapacityMax);
        return new OverlayHeader(RoundUp(wanted, RegionSize), layerId);
    }

    /// <summary>The size in bytes that a volume with this header starts with: nothing but room for the first clusters.</summary>
    public ulong InitialVolumeSize(VolumeLimits limits) => limits.RoundUp(DataOffset + ClusterSize);

    public static ulong TableBlockOffset(uint region) => TableOffset + (ulong)region * TableBlockSize;

    public ulong PlaceOffset(uint place) => DataOffset + ((ulong)place << ClusterShift);

    /// <summary>How many places a volume of <paramref name="volumeSize"/> bytes has.</summary>
    public ulong PlaceCount(ulong volumeSize) => volumeSize < DataOffset ? 0 : (volumeSize - DataOffset) >> ClusterShift;

    public void Write(Span<byte> block)
    {
        block[..Size].Clear();
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], ClusterSize);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(block[24..], TableOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(block[32..], DataOffset);
        LayerId.TryWriteBytes(block[40..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32LittleEndian(block[ChecksumAt..], Checksum(block));
    }

    /// <param name="volume">For the messages.</param>
    /// <exception cref="StorageException">EIO: this is no overlay that this version can read; the message says why.</exception>
    public static OverlayHeader Read(ReadOnlySpan<byte> block, VolumePath volume)
    {
        if (!block.StartsWith(Magic))
            throw Broken(volume, $"it begins with {Convert.ToHexString(block[..8])} instead of the overlay's magic");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
        if (version != Version)
            throw Broken(volume, $"its format has version {version}; this program knows version {Version}, use a newer one");
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(block[ChecksumAt..]);
        if (checksum != Checksum(block))
            throw Broken(volume, $"its header's checksum is {checksum:x8} but the bytes give {Checksum(block):x8}");

        var header = new OverlayHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(block[16..]), new Guid(block.Slice(40, 16), bigEndian: true));
        header.Verify(block, volume);
        return header;
    }

    public static StorageException Broken(VolumePath volume, string why) =>
        new(Errno.EIO, $"volume {volume} can't be read as an image's layer: {why}");

    public static ulong RoundUp(ulong value, ulong unit) => (value + (unit - 1)) / unit * unit;

    private void Verify(ReadOnlySpan<byte> block, VolumePath volume)
    {
        uint clusterSize = BinaryPrimitives.ReadUInt32LittleEndian(block[12..]);
        if (clusterSize != ClusterSize)
            throw Broken(volume, $"its clusters have {clusterSize} bytes instead of {ClusterSize}");
        if (Capacity is < RegionSize or > CapacityMax || Capacity % RegionSize != 0)
            throw Broken(volume, $"its capacity of {Capacity} bytes is no multiple of {RegionSize} up to {CapacityMax}");
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(block[24..]);
        ulong data = BinaryPrimitives.ReadUInt64LittleEndian(block[32..]);
        if (table != TableOffset || data != DataOffset)
            throw Broken(volume, $"its table at {table} and data at {data} belong at {TableOffset} and {DataOffset}");
    }

    private static uint Checksum(ReadOnlySpan<byte> block)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < ChecksumAt; i += sizeof(uint))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(block[i..]));
        return ~crc;
    }
}
