using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an image's records say, read in one range.</summary>
internal sealed record ImageRecords(
    Stored<ImageHeader> Header, ImageTimesRecord Times, IReadOnlyDictionary<string, ByteName> Metadata)
{
    /// <returns>null: no such image.</returns>
    public static async Task<ImageRecords?> ReadAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await pool.Records.RangeAsync(pool.Keys.Image(id), null, 0, cancellationToken).ConfigureAwait(false);
        if (Find(records, pool.Keys.Header(id)) is not { } headerRecord)
            return null;

        Stored<ImageHeader> header = Stored.Parse(headerRecord, RbdJsonContext.Default.ImageHeader);
        ImageTimesRecord times = Find(records, pool.Keys.Times(id)) is { } timesRecord
            ? Stored.Parse(timesRecord, RbdJsonContext.Default.ImageTimesRecord).Value
            : new ImageTimesRecord { Accessed = header.Value.Created, Modified = header.Value.Created };
        return new ImageRecords(header, times, MetadataOf(records, pool.Keys.ImageMetadata(id)));
    }

    private static Record? Find(IReadOnlyList<Record> records, string key) =>
        records.FirstOrDefault(record => string.Equals(record.Key, key, StringComparison.Ordinal));

    private static Dictionary<string, ByteName> MetadataOf(IReadOnlyList<Record> records, string prefix) =>
        records.Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
            record => record.Key[prefix.Length..],
            record => Stored.Parse(record, RbdJsonContext.Default.MetadataRecord).Value.Value,
            StringComparer.Ordinal);
}
