using System.IO.Compression;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The bytes of one state of a qcow2 file. Its tables are read when they are needed.</summary>
internal sealed class QcowContent(QcowFile qcow, QcowSnapshot state) : IImportedContent
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CompressedBit = 1ul << 62;
    private const ulong ZeroBit = 1;
    private const int TablesMax = 64;

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Dictionary<ulong, byte[]> _tables = [];
    private byte[]? _l1;

    private ulong ClusterSize => 1ul << qcow.ClusterBits;

    private int EntryBits => qcow.ClusterBits - 3;

    public async ValueTask ReadAsync(ulong offset, Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            ulong within = offset & (ClusterSize - 1);
            int length = (int)Math.Min((ulong)buffer.Length, ClusterSize - within);
            await ReadClusterAsync(offset >> qcow.ClusterBits, within, buffer[..length]).ConfigureAwait(false);
            offset += (ulong)length;
            buffer = buffer[length..];
        }
    }

    public async ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        ulong last = (end - 1) >> qcow.ClusterBits;
        for (ulong cluster = offset >> qcow.ClusterBits; cluster <= last;)
        {
            if (await GetTableAsync(cluster).ConfigureAwait(false) is not { } table)
            {
                cluster = ((cluster >> EntryBits) + 1) << EntryBits;
                continue;
            }

            if (!HoldsData(EntryOf(table, cluster)))
            {
                cluster++;
                continue;
            }

            ulong first = cluster;
            ulong tableEnd = Math.Min(last, (((cluster >> EntryBits) + 1) << EntryBits) - 1);
            while (cluster < tableEnd && HoldsData(EntryOf(table, cluster + 1)))
                cluster++;
            ulong from = Math.Max(offset, first << qcow.ClusterBits);
            return new VolumeExtent(from, Math.Min(end, (cluster + 1) << qcow.ClusterBits) - from);
        }

        return null;
    }

    public void Dispose()
    {
        _reading.Dispose();
        qcow.File.Dispose();
    }

    private async ValueTask ReadClusterAsync(ulong cluster, ulong within, Memory<byte> buffer)
    {
        ulong entry = await GetTableAsync(cluster).ConfigureAwait(false) is { } table ? EntryOf(table, cluster) : 0;
        if (!HoldsData(entry))
            buffer.Span.Clear();
        else if ((entry & CompressedBit) == 0)
            await qcow.File.ReadAsync((entry & OffsetMask) + within, buffer).ConfigureAwait(false);
        else
            (await InflateAsync(entry).ConfigureAwait(false)).AsMemory((int)within, buffer.Length).CopyTo(buffer);
    }

    // A descriptor of a compressed cluster: where it begins, and in how many sectors of 512 bytes it ends.
    private async Task<byte[]> InflateAsync(ulong entry)
    {
        int offsetBits = 62 - (qcow.ClusterBits - 8);
        ulong begin = entry & ((1ul << offsetBits) - 1);
        ulong sectors = ((entry & (CompressedBit - 1)) >> offsetBits) + 1;
        var packed = new byte[(sectors * 512) - (begin & 511)];
        await qcow.File.ReadAsync(begin, packed).ConfigureAwait(false);
        var cluster = new byte[ClusterSize];
        try
        {
            using var stream = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            await stream.ReadExactlyAsync(cluster).ConfigureAwait(false);
            return cluster;
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new StorageException(Errno.EIO, $"{qcow.File.Path} has a damaged cluster at {begin}", error);
        }
    }

    private static bool HoldsData(ulong entry) => (entry & CompressedBit) != 0 || ((entry & ZeroBit) == 0 && (entry & OffsetMask) != 0);

    private ulong EntryOf(byte[] table, ulong cluster) => QcowFile.U64(table, (int)(cluster & ((1ul << EntryBits) - 1)) * sizeof(ulong));

    /// <returns>The L2 table that a cluster's entry is in; null: there is none, and all its clusters are zeros.</returns>
    private async ValueTask<byte[]?> GetTableAsync(ulong cluster)
    {
        await _reading.WaitAsync().ConfigureAwait(false);
        try
        {
            _l1 ??= await ReadAsync(state.L1Offset, state.L1Length * sizeof(ulong)).ConfigureAwait(false);
            ulong offset = QcowFile.U64(_l1, checked((int)(cluster >> EntryBits)) * sizeof(ulong)) & OffsetMask;
            if (offset == 0)
                return null;
            if (_tables.TryGetValue(offset, out byte[]? table))
                return table;
            if (_tables.Count >= TablesMax)
                _tables.Clear();
            return _tables[offset] = await ReadAsync(offset, (int)ClusterSize).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<byte[]> ReadAsync(ulong offset, int length)
    {
        var bytes = new byte[length];
        await qcow.File.ReadAsync(offset, bytes).ConfigureAwait(false);
        return bytes;
    }
}
