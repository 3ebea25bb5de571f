using CurveRbd.Etcd.Api;
using CurveRbd.Store;
using Grpc.Core;
using Grpc.Net.Client;

namespace CurveRbd.Etcd;

/// <summary>A lease, kept alive until it is disposed or etcd could not be reached for as long as it lasts.</summary>
internal sealed class EtcdSession : IRecordSession
{
    private readonly EtcdConnection _connection;
    private readonly TimeSpan _lease;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _keeping;
    private long _seen; // when etcd last said that the lease lives: the time before it was asked
    private int _isDisposed;

    /// <param name="interval">Between two signs of life.</param>
    /// <param name="opened">Time stamp from before the lease was asked for.</param>
    public EtcdSession(EtcdConnection connection, long id, TimeSpan lease, TimeSpan interval, long opened, TimeProvider time)
    {
        _connection = connection;
        _lease = lease;
        _interval = interval;
        _time = time;
        Id = id;
        _seen = opened;
        _keeping = KeepAliveAsync();
    }

    public long Id { get; }

    public CancellationToken Lost => _lost.Token;

    public bool IsHeld => !_lost.IsCancellationRequested && _time.GetElapsedTime(Volatile.Read(ref _seen)) < _lease;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _ended.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await RevokeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task RevokeAsync()
    {
        try
        {
            await _connection.CallAsync(
                "end a session",
                isRepeatable: true,
                (channel, options) => new Lease.LeaseClient(channel).LeaseRevokeAsync(new LeaseRevokeRequest { ID = Id }, options),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StorageException or ObjectDisposedException)
        {
            // Gone already, or it goes by itself when its time is over.
        }
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            while (_time.GetElapsedTime(_seen) < _lease)
            {
                await Task.Delay(_interval, _time, _ended.Token).ConfigureAwait(false);
                long asked = _time.GetTimestamp();
                bool? isAlive = await AskAsync().ConfigureAwait(false);
                if (isAlive == false)
                    break;
                if (isAlive == true)
                    Volatile.Write(ref _seen, asked);
            }

            await _lost.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <returns>false: etcd has given the lease up; null: nobody could say.</returns>
    private async Task<bool?> AskAsync()
    {
        GrpcChannel channel = _connection.Current;
        try
        {
            Metadata headers = await _connection.HeadersAsync(_ended.Token).ConfigureAwait(false);
            using AsyncDuplexStreamingCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call =
                new Lease.LeaseClient(channel).LeaseKeepAlive(headers, DateTime.UtcNow + _interval, _ended.Token);
            await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = Id }, _ended.Token).ConfigureAwait(false);
            return await call.ResponseStream.MoveNext(_ended.Token).ConfigureAwait(false) ? call.ResponseStream.Current.TTL > 0 : null;
        }
        catch (Exception error) when (error is RpcException or StorageException or ObjectDisposedException)
        {
            _ended.Token.ThrowIfCancellationRequested();
            _connection.MoveOn(channel);
            return null;
        }
    }
}
