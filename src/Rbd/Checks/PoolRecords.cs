using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>All records of a pool's images, by image.</summary>
internal sealed class PoolRecords
{
    private readonly Dictionary<string, List<Record>> _images;

    private PoolRecords(Dictionary<string, List<Record>> images) => _images = images;

    public IEnumerable<string> ImageIds => _images.Keys.Order(StringComparer.Ordinal);

    public static async Task<PoolRecords> ReadAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        string prefix = pool.Keys.Images;
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return new PoolRecords(records
            .GroupBy(record => record.Key[prefix.Length..].Split('/')[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal));
    }

    public IReadOnlyList<Record> Of(string imageId) => _images.GetValueOrDefault(imageId) ?? [];
}
