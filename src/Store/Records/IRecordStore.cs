namespace CurveRbd.Store;

/// <summary>
/// The small core of etcd v3 that images need: linearizable reads, ordered ranges, one transaction, sessions, watches. Keys
/// compare byte by byte. Failures are <see cref="StorageException"/>s.
/// </summary>
public interface IRecordStore : IAsyncDisposable
{
    ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Records whose key starts with <paramref name="prefix"/> and is greater than <paramref name="after"/>, ascending.</summary>
    /// <param name="limit">At most so many; 0 = all.</param>
    ValueTask<IReadOnlyList<Record>> RangeAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Atomic and, when it changed a lasting record, durable on return.</summary>
    ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Starts a session. Cheap enough to be done for every connection.</summary>
    ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Starts the session of a client that goes on while the store is away for a moment. It outlives its process for longer than
    /// others, so whoever needs something of it looks at <see cref="IsSilentAsync"/>.
    /// </summary>
    ValueTask<IRecordSession> OpenClientSessionAsync(CancellationToken cancellationToken) => OpenSessionAsync(cancellationToken);

    /// <summary>
    /// Whether a session's process has given no sign of life for so long that it is dead, or cut off and unaware of it. It may go on
    /// in the belief that the session is held, which it still is.
    /// </summary>
    /// <returns>false also for a session that has ended.</returns>
    ValueTask<bool> IsSilentAsync(long session, CancellationToken cancellationToken) => new(false);

    /// <summary>
    /// Calls <paramref name="handler"/> for every change under <paramref name="prefix"/> made after this call returned, in order,
    /// one at a time, on a thread of the store; also for changes by other processes. The handler must not block.
    /// </summary>
    /// <returns>Dispose it to end the watch; no call is under way or follows when that has completed.</returns>
    ValueTask<IAsyncDisposable> WatchAsync(string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken);
}
