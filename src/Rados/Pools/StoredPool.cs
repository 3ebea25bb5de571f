using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A pool's record as read.</summary>
internal sealed record StoredPool(Record Record, PoolRecord Value)
{
    public static StoredPool Parse(Record record) =>
        new(record, RadosRecords.Parse(record, RadosJsonContext.Default.PoolRecord, value => value.Version));

    public Pool ToPool() => Value.ToPool();

    /// <summary>What <paramref name="pool"/> is to be stored as.</summary>
    public PoolRecord With(Pool pool) => Value with
    {
        QuotaMaxBytes = pool.QuotaMaxBytes,
        QuotaMaxObjects = pool.QuotaMaxObjects,
        Applications = new(pool.Applications.ToDictionary(
            application => application.Key,
            application => new SortedDictionary<string, string>(application.Value.ToDictionary(), StringComparer.Ordinal),
            StringComparer.Ordinal)),
        Settings = new(pool.Settings.ToDictionary(), StringComparer.Ordinal),
    };

    public static byte[] Serialize(PoolRecord value) => RadosRecords.Serialize(value, RadosJsonContext.Default.PoolRecord);
}
