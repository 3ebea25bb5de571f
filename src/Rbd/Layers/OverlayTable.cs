using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The table of an overlay on its volume: reads and writes whole blocks, and remembers which of them are empty.</summary>
internal sealed class OverlayTable(IVolume volume, OverlayHeader header)
{
    private readonly Lock _lock = new();
    private readonly ulong[] _empty = new ulong[(header.RegionCount + 63) / 64];
    private (uint From, uint End) _data; // regions whose blocks the store holds, as it said last
    private long _writes; // what was read before a write says nothing of the time after it

    public uint RegionCount => header.RegionCount;

    /// <summary>Another process may add entries at any time: nothing is remembered of what is empty.</summary>
    public bool IsAddedTo { get; set; }

    /// <summary>Fills <paramref name="entries"/> with a region's 1024 entries.</summary>
    /// <returns>false: all of them are absent.</returns>
    /// <exception cref="StorageException">EIO: an entry points outside the volume.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(uint region, Memory<uint> entries)
    {
        entries.Span.Clear();
        if (IsKnownEmpty(region))
            return false;
        // Where nothing may be remembered the question would come with each read, and cost more than the block.
        if (!IsAddedTo && await FindDataAsync(region).ConfigureAwait(false) > region)
            return false;

        long writes = Volatile.Read(ref _writes);
        byte[] block = ArrayPool<byte>.Shared.Rent(OverlayHeader.TableBlockSize);
        try
        {
            Memory<byte> bytes = block.AsMemory(0, OverlayHeader.TableBlockSize);
            await volume.ReadAsync(OverlayHeader.TableBlockOffset(region), bytes).ConfigureAwait(false);
            Decode(bytes.Span, entries.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        await VerifyAsync(region, entries).ConfigureAwait(false);
        bool isEmpty = !entries.Span.ContainsAnyExcept(0u);
        if (isEmpty)
            RememberEmpty(region, region + 1, writes);
        return !isEmpty;
    }

    /// <summary>Whether nothing needs to be read to know that the region has no entries.</summary>
    public bool IsKnownEmpty(uint region) => region >= RegionCount || IsEmpty(region);

    /// <param name="block">A region's entries as <see cref="Encode"/> makes them.</param>
    public ValueTask WriteAsync(uint region, Memory<byte> block)
    {
        ForgetEmpty(region);
        return volume.WriteAsync(OverlayHeader.TableBlockOffset(region), block);
    }

    /// <summary>The first region from <paramref name="region"/> on that may have entries; <see cref="RegionCount"/> if none has.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<uint> FindDataAsync(uint region)
    {
        region = SkipEmpty(region);
        if (region >= RegionCount || IsInData(region))
            return Math.Min(region, RegionCount);

        long writes = Volatile.Read(ref _writes);
        ulong from = OverlayHeader.TableBlockOffset(region);
        VolumeExtent? data = await volume.NextDataAsync(from, OverlayHeader.TableBlockOffset(RegionCount)).ConfigureAwait(false);
        if (data is not { } extent)
        {
            RememberEmpty(region, RegionCount, writes);
            return RegionCount;
        }

        uint found = region + (uint)((extent.Offset - from) / OverlayHeader.TableBlockSize);
        RememberEmpty(region, found, writes);
        lock (_lock)
            _data = (found, region + (uint)((extent.End - from) / OverlayHeader.TableBlockSize));
        return found;
    }

    /// <summary>Forgets what it knows of the volume: another process may have written to it.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _writes++;
            Array.Clear(_empty);
            _data = default;
        }
    }

    public static void Encode(ReadOnlySpan<uint> entries, Span<byte> block)
    {
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(entries).CopyTo(block);
        else
            BinaryPrimitives.ReverseEndianness(entries, MemoryMarshal.Cast<byte, uint>(block[..OverlayHeader.TableBlockSize]));
    }

    private static void Decode(ReadOnlySpan<byte> block, Span<uint> entries)
    {
        block.CopyTo(MemoryMarshal.AsBytes(entries));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(entries, entries);
    }

    private async ValueTask VerifyAsync(uint region, ReadOnlyMemory<uint> entries)
    {
        if (FindOutside(entries.Span) < 0)
            return;
        await volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false); // another process may have extended it
        int outside = FindOutside(entries.Span);
        if (outside < 0)
            return;
        ulong cluster = (ulong)region * OverlayHeader.EntriesPerBlock + (uint)outside;
        throw OverlayHeader.Broken(volume.Path,
            $"its table says place {new OverlayEntry(entries.Span[outside]).Place} for cluster {cluster}, " +
            $"but the volume of {volume.Size} bytes has only {header.PlaceCount(volume.Size)} places");
    }

    private int FindOutside(ReadOnlySpan<uint> entries)
    {
        ulong places = header.PlaceCount(volume.Size);
        return places >= OverlayEntry.PlaceMax
            ? -1
            : entries.IndexOfAnyInRange(OverlayEntry.At((uint)places).Value, OverlayEntry.At(OverlayEntry.PlaceMax - 1).Value);
    }

    private bool IsEmpty(uint region)
    {
        lock (_lock)
            return !IsAddedTo && (_empty[region / 64] & (1UL << (int)(region % 64))) != 0;
    }

    // A word of 64 at a time: most of a large table is empty.
    private uint SkipEmpty(uint region)
    {
        lock (_lock)
        {
            if (IsAddedTo)
                return region;
            while (region < RegionCount)
            {
                ulong others = ~_empty[region / 64] >> (int)(region % 64);
                if (others != 0)
                    return region + (uint)BitOperations.TrailingZeroCount(others);
                region = (region / 64 + 1) * 64;
            }

            return RegionCount;
        }
    }

    private bool IsInData(uint region)
    {
        lock (_lock)
            return !IsAddedTo && region >= _data.From && region < _data.End;
    }

    private void RememberEmpty(uint from, uint end, long writes)
    {
        lock (_lock)
        {
            for (uint region = from; region < end && writes == _writes && !IsAddedTo; region++)
                _empty[region / 64] |= 1UL << (int)(region % 64);
        }
    }

    private void ForgetEmpty(uint region)
    {
        lock (_lock)
        {
            _writes++;
            _empty[region / 64] &= ~(1UL << (int)(region % 64));
        }
    }
}
