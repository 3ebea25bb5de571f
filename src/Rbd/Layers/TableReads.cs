using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CurveRbd.Rbd;

/// <summary>The table blocks that several layers have of one region, read at the same time into rented memory.</summary>
internal readonly struct TableReads
{
    private readonly int _count;
    private readonly uint[]?[] _entries; // null: nothing but absent entries
    private readonly ValueTask<bool>[] _reads; // taken out by who waits for them

    public TableReads(int count)
    {
        _count = count;
        _entries = ArrayPool<uint[]?>.Shared.Rent(count);
        _reads = ArrayPool<ValueTask<bool>>.Shared.Rent(count);
        Array.Clear(_entries, 0, count);
        Array.Clear(_reads, 0, count);
    }

    /// <summary>What was read of a layer; nothing when all of it is absent.</summary>
    public ReadOnlySpan<uint> this[int number] =>
        _entries[number] is { } entries ? entries.AsSpan(0, OverlayHeader.EntriesPerBlock) : default;

    /// <param name="live">A block attached to it is newer than the volume.</param>
    [SuppressMessage("Reliability", "CA2012", Justification = "Taken out of the array by the one who waits for it.")]
    public void Begin(int number, Layer layer, uint region, Region? live)
    {
        if (layer.Table is not { } table)
            return;
        TableBlock? block = live?.FindBlock(layer);
        if (block is null && table.IsKnownEmpty(region))
            return;
        uint[] entries = _entries[number] = TableBlock.RentEntries();
        if (block is not null)
            block.CopyTo(entries);
        else
            _reads[number] = table.ReadAsync(region, entries.AsMemory(0, OverlayHeader.EntriesPerBlock));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(int number)
    {
        ValueTask<bool> read = _reads[number];
        _reads[number] = default;
        await read.ConfigureAwait(false);
    }

    /// <summary>Waits for what is still being read, whatever comes of it, and gives the memory back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask EndAsync()
    {
        for (int i = 0; i < _count; i++)
        {
            if (_reads[i] != default)
                await ((Task)_reads[i].AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_entries[i] is { } entries)
                ArrayPool<uint>.Shared.Return(entries);
        }

        ArrayPool<uint[]?>.Shared.Return(_entries, clearArray: true);
        ArrayPool<ValueTask<bool>>.Shared.Return(_reads, clearArray: true);
    }
}
