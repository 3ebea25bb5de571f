using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>The fenced clients of a connected cluster. An entry ends by itself when its time is over.</summary>
public sealed class Blocklist
{
    private const string Prefix = "blocklist/";

    // Ceph's default of mon_osd_blocklist_default_expire.
    private static readonly TimeSpan s_defaultDuration = TimeSpan.FromHours(1);

    private readonly Cluster _cluster;

    internal Blocklist(Cluster cluster) => _cluster = cluster;

    private IRecordStore Records => _cluster.Stores.Records;

    /// <param name="duration">Zero: Ceph's default of an hour.</param>
    /// <exception cref="StorageException">EINVAL: not an address.</exception>
    public async Task<BlocklistEntry> AddAsync(string address, TimeSpan duration, CancellationToken cancellationToken)
    {
        string canonical = Canonical(address);
        DateTimeOffset until = _cluster.Time.GetUtcNow() + (duration == TimeSpan.Zero ? s_defaultDuration : duration);
        var record = new BlocklistRecord { Address = canonical, Until = until };
        await Records.CommitAsync(
            new RecordTransaction().Put(Key(canonical), RadosRecords.Serialize(record, RadosJsonContext.Default.BlocklistRecord)),
            cancellationToken).ConfigureAwait(false);
        return new BlocklistEntry(canonical, until);
    }

    /// <returns>false when it was not there.</returns>
    /// <exception cref="StorageException">EINVAL: not an address.</exception>
    public async Task<bool> RemoveAsync(string address, CancellationToken cancellationToken)
    {
        string key = Key(Canonical(address));
        Record? record = await Records.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (record is null)
            return false;
        await Records.CommitAsync(new RecordTransaction().Delete(key), cancellationToken).ConfigureAwait(false);
        return !IsOver(Parse(record));
    }

    /// <exception cref="StorageException">EINVAL: not an address.</exception>
    public async Task<bool> ContainsAsync(string address, CancellationToken cancellationToken)
    {
        Record? record = await Records.GetAsync(Key(Canonical(address)), cancellationToken).ConfigureAwait(false);
        return record is not null && !IsOver(Parse(record));
    }

    public async Task<IReadOnlyList<BlocklistEntry>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records = await Records.RangeAsync(Prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. records.Select(Parse).Where(entry => !IsOver(entry))];
    }

    internal async Task ClearAsync(CancellationToken cancellationToken)
    {
        foreach (Record record in await Records.RangeAsync(Prefix, null, 0, cancellationToken).ConfigureAwait(false))
            await Records.CommitAsync(new RecordTransaction().Delete(record.Key), cancellationToken).ConfigureAwait(false);
    }

    internal static string Key(string address) => Prefix + ByteName.FromText(address).Encode();

    internal static BlocklistEntry Parse(Record record)
    {
        BlocklistRecord value = RadosRecords.Parse(record, RadosJsonContext.Default.BlocklistRecord, stored => stored.Version);
        return new BlocklistEntry(value.Address, value.Until);
    }

    // "v2:10.0.0.1:0/5" and "10.0.0.1:0/5" are one client.
    private static string Canonical(string address)
    {
        try
        {
            return EntityAddress.Canonical(address)[3..];
        }
        catch (Exception error) when (error is FormatException or ArgumentOutOfRangeException)
        {
            throw new StorageException(Errno.EINVAL, $"'{address}' is not a client's address such as 10.0.0.1:0/123", error);
        }
    }

    private bool IsOver(BlocklistEntry entry) => entry.Until <= _cluster.Time.GetUtcNow();
}
