using CurveRbd.Store;
using Record = CurveRbd.Store.Record;

namespace CurveRbd.Rbd.Tests;

/// <summary>Records with a test in front of every call, and a way to end all sessions as a dying process does.</summary>
internal sealed class InterceptedRecords(IRecordStore inner, Interceptor interceptor) : IRecordStore
{
    private readonly List<IRecordSession> _sessions = [];

    public async ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken) =>
        await interceptor.RunAsync("get", () => inner.GetAsync(key, cancellationToken).AsTask());

    public async ValueTask<IReadOnlyList<Record>> RangeAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        await interceptor.RunAsync("range", () => inner.RangeAsync(prefix, after, limit, cancellationToken).AsTask());

    public async ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken) =>
        await interceptor.RunAsync("commit", () => inner.CommitAsync(transaction, cancellationToken).AsTask());

    public async ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        IRecordSession session = await inner.OpenSessionAsync(cancellationToken);
        lock (_sessions)
            _sessions.Add(session);
        return session;
    }

    public ValueTask<bool> IsSilentAsync(long session, CancellationToken cancellationToken) => inner.IsSilentAsync(session, cancellationToken);

    public ValueTask<IAsyncDisposable> WatchAsync(
        string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken) =>
        inner.WatchAsync(prefix, handler, cancellationToken);

    public async Task EndSessionsAsync()
    {
        foreach (IRecordSession session in _sessions)
            await session.DisposeAsync();
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
