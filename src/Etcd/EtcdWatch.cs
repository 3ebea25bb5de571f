using CurveRbd.Etcd.Api;
using CurveRbd.Store;
using Grpc.Core;
using Grpc.Net.Client;

namespace CurveRbd.Etcd;

/// <summary>One watch of a prefix. It resumes behind the last change it told; what etcd has compacted meanwhile is told as missed.</summary>
internal sealed class EtcdWatch(EtcdConnection connection, KeySpace keys, string prefix, Action<RecordEvent> handler, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan s_resumeDelay = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _ended = new();
    private Task _running = Task.CompletedTask;
    private long _nextRevision;
    private int _isDisposed;

    /// <summary>Completes when etcd has taken the watch: changes from now on are told.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        RangeResponse now = await connection.CallAsync(
            $"watch {prefix}",
            isRepeatable: true,
            (channel, options) => new KV.KVClient(channel).RangeAsync(new RangeRequest { Key = keys.KeyOf(prefix), Limit = 1 }, options),
            cancellationToken).ConfigureAwait(false);
        _nextRevision = now.Header.Revision + 1;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _ended.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_ended.IsCancellationRequested)
        {
            GrpcChannel channel = connection.Current;
            try
            {
                await ListenAsync(channel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is RpcException or StorageException)
            {
                if (!_ended.IsCancellationRequested)
                    connection.MoveOn(channel);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            await Task.Delay(s_resumeDelay, time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(GrpcChannel channel)
    {
        Metadata headers = await connection.HeadersAsync(_ended.Token).ConfigureAwait(false);
        using AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call = new Watch.WatchClient(channel).Watch(headers, null, _ended.Token);
        await call.RequestStream.WriteAsync(RequestOf(), _ended.Token).ConfigureAwait(false);
        while (await call.ResponseStream.MoveNext(_ended.Token).ConfigureAwait(false))
        {
            WatchResponse reply = call.ResponseStream.Current;
            Tell(reply);
            if (reply.Canceled)
                return;
        }
    }

    private WatchRequest RequestOf() => new()
    {
        CreateRequest = new WatchCreateRequest { Key = keys.KeyOf(prefix), RangeEnd = keys.EndOf(prefix), StartRevision = _nextRevision },
    };

    private void Tell(WatchResponse reply)
    {
        if (reply.CompactRevision > 0)
        {
            _nextRevision = Math.Max(_nextRevision, reply.CompactRevision);
            Tell(new RecordEvent(null, null));
        }

        foreach (Event change in reply.Events)
        {
            bool isPut = change.Type == Event.Types.EventType.Put;
            Tell(new RecordEvent(keys.NameOf(change.Kv.Key), isPut ? EtcdRecordStore.RecordOf(change.Kv, keys) : null));
            _nextRevision = change.Kv.ModRevision + 1;
        }
    }

    private void Tell(RecordEvent change)
    {
        if (_ended.IsCancellationRequested)
            return;
        try
        {
            handler(change);
        }
        catch (Exception)
        {
            // A handler's fault is its own; the watch goes on.
        }
    }
}
