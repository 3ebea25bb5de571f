using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Everybody who has the layers of an image open, for writing or reading, also as part of a clone.</summary>
internal static class LayerUsers
{
    /// <summary>Whether all of them follow the image's header as it is now.</summary>
    public static Task<bool> AllFollowAsync(ImagePool pool, string imageId, CancellationToken cancellationToken) =>
        AllFollowAsync(pool, pool.Keys, imageId, cancellationToken);

    /// <param name="keys">Of the image's pool.</param>
    public static async Task<bool> AllFollowAsync(ImagePool pool, RecordKeys keys, string imageId, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await pool.Records.RangeAsync(keys.Image(imageId), null, 0, cancellationToken).ConfigureAwait(false);
        Record? header = records.FirstOrDefault(record => string.Equals(record.Key, keys.Header(imageId), StringComparison.Ordinal));
        return header is null || records
            .Where(record => IsUser(record, keys.Watchers(imageId)) || IsUser(record, keys.Readers(imageId)))
            .Select(record => Stored.Parse(record, RbdJsonContext.Default.WatcherRecord).Value)
            .All(user => user.SeenRevision >= header.Revision);
    }

    /// <returns>false: somebody did not within <paramref name="patience"/>. A client may be stopped, or cut off.</returns>
    public static async Task<bool> WaitUntilAllFollowAsync(
        ImagePool pool, string imageId, TimeSpan patience, CancellationToken cancellationToken)
    {
        long begun = Environment.TickCount64;
        while (!await AllFollowAsync(pool, imageId, cancellationToken).ConfigureAwait(false))
        {
            if (Environment.TickCount64 - begun > patience.TotalMilliseconds)
                return false;
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static bool IsUser(Record record, string prefix) => record.Key.StartsWith(prefix, StringComparison.Ordinal);
}
