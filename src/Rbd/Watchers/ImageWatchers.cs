namespace CurveRbd.Rbd;

/// <summary>Everybody who has an image open, as others see them.</summary>
internal static class ImageWatchers
{
    // A client that is stopped or cut off must not hold up another's change for ever.
    private static readonly TimeSpan s_followTimeout = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<ImageWatcher>> ListAsync(
        ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<WatcherRecord>> watchers = await ExceptGoneAsync(
            pool, await GetAsync(pool, id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return watchers.Select(watcher => watcher.Value)
            .Select(watcher => new ImageWatcher(watcher.Address, watcher.ClientId, watcher.Cookie))
            .ToList();
    }

    public static ValueTask<IReadOnlyList<Stored<WatcherRecord>>> GetAsync(
        ImagePool pool, string id, CancellationToken cancellationToken) =>
        pool.RangeAsync(pool.Keys.Watchers(id), RbdJsonContext.Default.WatcherRecord, cancellationToken);

    /// <summary>
    /// Without those on the blocklist and those of whom nothing is heard: nobody waits for them who does not have to. Their records
    /// count for as long as they are there when layers are moved (<see cref="LayerUsers"/>).
    /// </summary>
    public static async Task<IReadOnlyList<Stored<WatcherRecord>>> ExceptGoneAsync(
        ImagePool pool, IReadOnlyList<Stored<WatcherRecord>> watchers, CancellationToken cancellationToken)
    {
        if (watchers.Count == 0)
            return watchers;
        HashSet<string> fenced =
            [.. (await pool.Io.Cluster.Blocklist.ListAsync(cancellationToken).ConfigureAwait(false)).Select(entry => entry.Address)];
        var heard = new List<Stored<WatcherRecord>>();
        foreach (Stored<WatcherRecord> watcher in watchers.Where(watcher => !fenced.Contains(watcher.Value.Address)))
        {
            if (!await pool.Records.IsSilentAsync(watcher.Record.Session, cancellationToken).ConfigureAwait(false))
                heard.Add(watcher);
        }

        return heard;
    }

    /// <summary>Waits until everybody who has the image open for writing follows a header, or for so long that who does not must be dead.</summary>
    /// <param name="except">Key of the caller's own entry.</param>
    public static Task WaitForWritersAsync(ImagePool pool, string id, long headerRevision, string? except) => WaitAsync(
        async () => await HaveSeenAsync(
            pool, await GetAsync(pool, id, CancellationToken.None).ConfigureAwait(false), headerRevision, except).ConfigureAwait(false));

    /// <summary>The same for everybody who has its layers open.</summary>
    /// <returns>false: somebody does not follow.</returns>
    public static Task<bool> WaitForAllAsync(ImagePool pool, string id, long headerRevision, string? except) =>
        WaitAsync(() => HaveAllSeenAsync(pool, id, headerRevision, except));

    /// <summary>Whether everybody who has the image's layers open follows a header.</summary>
    public static async Task<bool> HaveAllSeenAsync(ImagePool pool, string id, long headerRevision, string? except)
    {
        IReadOnlyList<Stored<WatcherRecord>> watchers = await GetAsync(pool, id, CancellationToken.None).ConfigureAwait(false);
        if (!await HaveSeenAsync(pool, watchers, headerRevision, except).ConfigureAwait(false))
            return false;
        IReadOnlyList<Stored<WatcherRecord>> readers = await pool.RangeAsync(
            pool.Keys.Readers(id), RbdJsonContext.Default.WatcherRecord, CancellationToken.None).ConfigureAwait(false);
        return await HaveSeenAsync(pool, readers, headerRevision, except).ConfigureAwait(false);
    }

    private static async Task<bool> HaveSeenAsync(
        ImagePool pool, IReadOnlyList<Stored<WatcherRecord>> watchers, long headerRevision, string? except)
    {
        Stored<WatcherRecord>[] behind =
        [
            .. watchers.Where(watcher => watcher.Value.SeenRevision < headerRevision
                && !string.Equals(watcher.Record.Key, except, StringComparison.Ordinal)),
        ];
        return (await ExceptGoneAsync(pool, behind, CancellationToken.None).ConfigureAwait(false)).Count == 0;
    }

    private static async Task<bool> WaitAsync(Func<Task<bool>> isReached)
    {
        long begun = Environment.TickCount64;
        while (!await isReached().ConfigureAwait(false))
        {
            if (Environment.TickCount64 - begun >= s_followTimeout.TotalMilliseconds)
                return false;
            await Task.Delay(Operation.PollInterval).ConfigureAwait(false);
        }

        return true;
    }
}
