using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// The records as a client may change them: every commit requires that the client is not on the blocklist, in the same transaction,
/// so that nothing of a fenced client arrives late. Reading stays allowed.
/// </summary>
internal sealed class FencedRecords(IRecordStore records, ClientFence fence) : IRecordStore
{
    public ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken) => records.GetAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<Record>> RangeAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        records.RangeAsync(prefix, after, limit, cancellationToken);

    public async ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        fence.ThrowIfFenced();
        transaction.RequireAbsent(fence.Key);
        RecordCommit commit = await records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (commit.Succeeded || await records.GetAsync(fence.Key, cancellationToken).ConfigureAwait(false) is not { } entry)
            return commit;

        await fence.RefreshAsync(cancellationToken).ConfigureAwait(false);
        fence.ThrowIfFenced();
        // Its time is over, and it still lies there.
        await records.CommitAsync(new RecordTransaction().Require(entry).Delete(entry.Key), cancellationToken).ConfigureAwait(false);
        return await records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken) => records.OpenSessionAsync(cancellationToken);

    public ValueTask<IRecordSession> OpenClientSessionAsync(CancellationToken cancellationToken) => records.OpenClientSessionAsync(cancellationToken);

    public ValueTask<bool> IsSilentAsync(long session, CancellationToken cancellationToken) => records.IsSilentAsync(session, cancellationToken);

    public ValueTask<IAsyncDisposable> WatchAsync(
        string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken) =>
        records.WatchAsync(prefix, handler, cancellationToken);

    // Whose the records are closes them.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
