using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a pool's images add up to (<c>rbd_pool_stats_get</c>), in all namespaces.</summary>
/// <param name="Images">How many there are, those in the trash not counted.</param>
/// <param name="ProvisionedBytes">Sum of their sizes.</param>
/// <param name="MaxProvisionedBytes">Sum of the largest size that each has or had in a snapshot.</param>
/// <param name="Snapshots">How many there are.</param>
/// <param name="TrashImages">The same of the images in the trash.</param>
public readonly record struct PoolStatistics(
    ulong Images,
    ulong ProvisionedBytes,
    ulong MaxProvisionedBytes,
    ulong Snapshots,
    ulong TrashImages,
    ulong TrashProvisionedBytes,
    ulong TrashMaxProvisionedBytes,
    ulong TrashSnapshots)
{
    public static async Task<PoolStatistics> GetAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        HashSet<string> trashed = await ListTrashAsync(pool, cancellationToken).ConfigureAwait(false);
        var named = new ImageTotals();
        var inTrash = new ImageTotals();
        foreach ((string id, List<Record> records) in await ListImagesAsync(pool, cancellationToken).ConfigureAwait(false))
            (trashed.Contains(id) ? inTrash : named).Add(pool.Keys, id, records);
        foreach (VolumeInfo volume in await ListFoundAsync(io, cancellationToken).ConfigureAwait(false))
            named.Add(volume.Size);
        return new PoolStatistics(
            named.Images,
            named.ProvisionedBytes,
            named.MaxProvisionedBytes,
            named.Snapshots,
            inTrash.Images,
            inTrash.ProvisionedBytes,
            inTrash.MaxProvisionedBytes,
            inTrash.Snapshots);
    }

    private static async Task<HashSet<string>> ListTrashAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        string prefix = pool.Keys.Trash;
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return records.Select(record => record.Key[prefix.Length..]).ToHashSet(StringComparer.Ordinal);
    }

    private static async Task<Dictionary<string, List<Record>>> ListImagesAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        string prefix = pool.Keys.Images;
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return records
            .GroupBy(record => record.Key[prefix.Length..record.Key.IndexOf('/', prefix.Length)], StringComparer.Ordinal)
            .ToDictionary(image => image.Key, image => image.ToList(), StringComparer.Ordinal);
    }

    private static async Task<IEnumerable<VolumeInfo>> ListFoundAsync(IoContext io, CancellationToken cancellationToken)
    {
        IoContext outside = io.Clone();
        outside.Namespace = ByteName.Empty;
        return (await ImageAdoption.ListVolumesAsync(new ImagePool(outside), cancellationToken).ConfigureAwait(false)).Values;
    }
}
