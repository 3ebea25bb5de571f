using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a pool's images add up to (<c>rbd_pool_stats_get</c>), in all namespaces.</summary>
/// <param name="Images">How many there are.</param>
/// <param name="ProvisionedBytes">Sum of their sizes.</param>
/// <param name="MaxProvisionedBytes">Sum of the largest size that each has or had in a snapshot.</param>
/// <param name="Snapshots">How many there are.</param>
public readonly record struct PoolStatistics(ulong Images, ulong ProvisionedBytes, ulong MaxProvisionedBytes, ulong Snapshots)
{
    public static async Task<PoolStatistics> GetAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(pool.Keys.Images, null, 0, cancellationToken).ConfigureAwait(false);
        List<ulong> sizes = records
            .Where(record => record.Key.EndsWith("/header", StringComparison.Ordinal))
            .Select(record => Stored.Parse(record, RbdJsonContext.Default.ImageHeader).Value.Size)
            .ToList();
        IoContext outside = io.Clone();
        outside.Namespace = ByteName.Empty;
        IReadOnlyDictionary<ByteName, VolumeInfo> found =
            await ImageAdoption.ListVolumesAsync(new ImagePool(outside), cancellationToken).ConfigureAwait(false);
        sizes.AddRange(found.Values.Select(volume => volume.Size));

        ulong provisioned = sizes.Aggregate(0ul, (sum, size) => sum + size);
        return new PoolStatistics((ulong)sizes.Count, provisioned, provisioned, Snapshots: 0);
    }
}
