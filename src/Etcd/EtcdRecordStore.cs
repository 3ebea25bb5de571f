using CurveRbd.Etcd.Api;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Etcd;

/// <summary>Records in the etcd that a CurveBS cluster already runs, below a prefix of their own.</summary>
public sealed class EtcdRecordStore : IRecordStore
{
    // etcd takes 128 operations in a transaction by default, and counts those of nested ones apart.
    private const int OperationsMax = 100;

    // Within the time after which a client counts as silent.
    private const int KeepAlivesPerSession = 4;

    private readonly EtcdOptions _options;
    private readonly EtcdConnection _connection;
    private readonly KeySpace _keys;
    private readonly TimeProvider _time;

    public EtcdRecordStore(EtcdOptions options, TimeProvider time)
    {
        if (options.Endpoints.Count == 0)
            throw new StorageException(Errno.EINVAL, "no etcd is configured (curve_etcd = http://host:port,...)");
        _options = options;
        _time = time;
        _connection = new EtcdConnection(options, time);
        _keys = new KeySpace(options.Prefix);
    }

    public async ValueTask<Record?> GetAsync(string key, CancellationToken cancellationToken)
    {
        RangeResponse reply = await RangeAsync($"read {key}", new RangeRequest { Key = _keys.KeyOf(key) }, cancellationToken).ConfigureAwait(false);
        return reply.Kvs.Count == 0 ? null : RecordOf(reply.Kvs[0], _keys);
    }

    public async ValueTask<IReadOnlyList<Record>> RangeAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        ByteString start = _keys.StartOf(prefix, after);
        ByteString end = _keys.EndOf(prefix);
        if (start.Span.SequenceCompareTo(end.Span) >= 0 && end != ByteString.CopyFrom(0))
            return [];
        RangeResponse reply = await RangeAsync(
            $"list {prefix}", new RangeRequest { Key = start, RangeEnd = end, Limit = limit }, cancellationToken).ConfigureAwait(false);
        return [.. reply.Kvs.Select(kv => RecordOf(kv, _keys))];
    }

    public async ValueTask<RecordCommit> CommitAsync(RecordTransaction transaction, CancellationToken cancellationToken)
    {
        var request = new TxnRequest();
        request.Compare.AddRange(transaction.Conditions.Select(CompareOf));
        request.Success.AddRange(OperationsOf(transaction.Changes));
        TxnResponse reply = await _connection.CallAsync(
            $"commit {string.Join(", ", transaction.Changes.Take(3).Select(change => change.Key))}",
            isRepeatable: false,
            (channel, options) => new KV.KVClient(channel).TxnAsync(request, options),
            cancellationToken).ConfigureAwait(false);
        return new RecordCommit(reply.Succeeded, reply.Header.Revision);
    }

    public ValueTask<IRecordSession> OpenSessionAsync(CancellationToken cancellationToken) => OpenSessionAsync(_options.SessionTime, cancellationToken);

    public ValueTask<IRecordSession> OpenClientSessionAsync(CancellationToken cancellationToken) =>
        OpenSessionAsync(_options.ClientSessionTime, cancellationToken);

    // etcd gives every lease its whole time again when it has been without a leader, so nobody becomes silent by that.
    public async ValueTask<bool> IsSilentAsync(long session, CancellationToken cancellationToken)
    {
        LeaseTimeToLiveResponse reply = await _connection.CallAsync(
            "look at a session",
            isRepeatable: true,
            (channel, options) => new Lease.LeaseClient(channel).LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = session }, options),
            cancellationToken).ConfigureAwait(false);
        bool isThere = reply.TTL >= 0;
        long unheard = reply.GrantedTTL - (reply.TTL + 1); // what is left is rounded down
        return isThere && unheard >= _options.SessionTime.TotalSeconds;
    }

    public async ValueTask<IAsyncDisposable> WatchAsync(string prefix, Action<RecordEvent> handler, CancellationToken cancellationToken)
    {
        var watch = new EtcdWatch(_connection, _keys, prefix, handler, _time);
        await watch.StartAsync(cancellationToken).ConfigureAwait(false);
        return watch;
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static Record RecordOf(KeyValue kv, KeySpace keys) => new(keys.NameOf(kv.Key), kv.Value.Memory, kv.ModRevision, kv.Lease);

    private async ValueTask<IRecordSession> OpenSessionAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        long opened = _time.GetTimestamp();
        var request = new LeaseGrantRequest { TTL = (long)time.TotalSeconds };
        LeaseGrantResponse reply = await _connection.CallAsync(
            "open a session",
            isRepeatable: true,
            (channel, options) => new Lease.LeaseClient(channel).LeaseGrantAsync(request, options),
            cancellationToken).ConfigureAwait(false);
        var lease = TimeSpan.FromSeconds(reply.TTL);
        TimeSpan interval = (lease < _options.SessionTime ? lease : _options.SessionTime) / KeepAlivesPerSession;
        return new EtcdSession(_connection, reply.ID, lease, interval, opened, _time);
    }

    private Task<RangeResponse> RangeAsync(string doing, RangeRequest request, CancellationToken cancellationToken) => _connection.CallAsync(
        doing, isRepeatable: true, (channel, options) => new KV.KVClient(channel).RangeAsync(request, options), cancellationToken);

    private Compare CompareOf(RecordCondition condition) => new()
    {
        Result = Compare.Types.CompareResult.Equal,
        Target = Compare.Types.CompareTarget.Mod,
        Key = _keys.KeyOf(condition.Key),
        ModRevision = condition.Revision,
    };

    private IEnumerable<RequestOp> OperationsOf(IReadOnlyList<RecordChange> changes)
    {
        IEnumerable<RequestOp> operations = changes.Select(OperationOf);
        return changes.Count <= OperationsMax ? operations : operations.Chunk(OperationsMax).Select(Nested);
    }

    private static RequestOp Nested(RequestOp[] operations)
    {
        var nested = new TxnRequest();
        nested.Success.AddRange(operations);
        return new RequestOp { RequestTxn = nested };
    }

    private RequestOp OperationOf(RecordChange change) => change.Value is { } value
        ? new RequestOp { RequestPut = new PutRequest { Key = _keys.KeyOf(change.Key), Value = ByteString.CopyFrom(value.Span), Lease = change.Session } }
        : new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = _keys.KeyOf(change.Key) } };
}
