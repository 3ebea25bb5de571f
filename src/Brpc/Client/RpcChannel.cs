using System.Net.Sockets;

namespace CurveRbd.Brpc;

/// <summary>
/// The way to one server: a connection that is made on demand, shared by all calls, and made anew after it broke. It never
/// repeats a call; what may be repeated is the caller's knowledge.
/// </summary>
public sealed class RpcChannel(RpcEndpoint endpoint, RpcChannelOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private RpcConnection? _connection;
    private Task<RpcConnection>? _connecting;
    private RpcException? _lastFailure;
    private long _retryAt;
    private long _lastConnectionId;
    private TimeSpan _retryDelay = options.ReconnectDelayMin;
    private bool _isDisposed;

    public RpcEndpoint Endpoint { get; } = endpoint;

    /// <summary>The id of the connection that the next call will use, as far as is known; 0 = none is open.</summary>
    public long ConnectionId => Volatile.Read(ref _connection) is { IsOpen: true } live ? live.Id : 0;

    /// <param name="timeout">For the whole call, connecting included; <see cref="Timeout.InfiniteTimeSpan"/> = none.</param>
    public static RpcCall Rent(RpcMethod method, TimeSpan timeout)
    {
        RpcCall call = RpcCallPool.Rent();
        call.Start(method, timeout);
        return call;
    }

    /// <summary>Sends the call and completes when it is answered, given up, or its connection has broken.</summary>
    /// <exception cref="RpcException">There is no reply, or it is an error of the server.</exception>
    public ValueTask CallAsync(RpcCall call)
    {
        call.Deadline = DeadlineOf(call);
        return Volatile.Read(ref _connection) is { } live && live.TryStart(call) ? call.Completion : ConnectAndCallAsync(call);
    }

    /// <summary>
    /// Sends the call and runs <paramref name="onOver"/> when it is answered, given up, or its connection has broken, as
    /// <see cref="RpcCall.Failure"/> tells. On a thread of its own, unless <see cref="RpcCall.ContinuesInline"/>.
    /// </summary>
    public void Start(RpcCall call, IThreadPoolWorkItem onOver)
    {
        call.Deadline = DeadlineOf(call);
        call.OnOver = onOver;
        try
        {
            if (Volatile.Read(ref _connection) is not { } live || !live.TryStart(call))
                _ = ConnectAndStartAsync(call);
        }
        catch (RpcException error)
        {
            Fail(call, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<RpcConnection>? connecting;
        lock (_gate)
        {
            _isDisposed = true;
            connecting = _connecting;
        }

        if (connecting is not null)
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static void Fail(RpcCall call, RpcException error)
    {
        call.Failure = error;
        call.Complete(isShallow: false);
    }

    private long DeadlineOf(RpcCall call) => call.Timeout == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : time.GetTimestamp() + (long)(call.Timeout.TotalSeconds * time.TimestampFrequency);

    private async Task ConnectAndStartAsync(RpcCall call)
    {
        try
        {
            RpcConnection connection = await ConnectAsync(null, call).ConfigureAwait(false);
            while (!connection.TryStart(call))
                connection = await ConnectAsync(connection, call).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            Fail(call, error);
        }
        catch (ObjectDisposedException error)
        {
            Fail(call, new RpcException(RpcErrorCode.ECLOSE, $"{call.Method}: the way to {Endpoint} was closed on this side", error));
        }
    }

    private async ValueTask ConnectAndCallAsync(RpcCall call)
    {
        RpcConnection connection = await ConnectAsync(null, call).ConfigureAwait(false);
        while (!connection.TryStart(call))
            connection = await ConnectAsync(connection, call).ConfigureAwait(false);
        await call.Completion.ConfigureAwait(false);
    }

    /// <param name="broken">The connection that the caller found closed.</param>
    private Task<RpcConnection> ConnectAsync(RpcConnection? broken, RpcCall call)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connecting is { IsCompleted: false })
                return WaitAsync(_connecting, call);
            if (_connection is { IsOpen: true } live && live != broken)
                return Task.FromResult(live);
            if (_lastFailure is { } failure && time.GetTimestamp() < _retryAt)
                return Task.FromException<RpcConnection>(new RpcException(failure.Code, failure.Message, failure));

            _connecting = OpenAsync();
            return WaitAsync(_connecting, call);
        }
    }

    private async Task<RpcConnection> WaitAsync(Task<RpcConnection> connecting, RpcCall call)
    {
        if (call.Deadline == long.MaxValue)
            return await connecting.ConfigureAwait(false);

        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), call.Deadline);
        try
        {
            return await connecting.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new RpcException(RpcErrorCode.ERPCTIMEDOUT, $"{call.Method}: no connection to {Endpoint} in {call.Timeout.TotalMilliseconds:0} ms", error);
        }
    }

    private async Task<RpcConnection> OpenAsync()
    {
        // Off the caller's thread and out of its lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Socket socket = Endpoint.CreateSocket();
        try
        {
            using var expiry = new CancellationTokenSource(options.ConnectTimeout, time);
            await socket.ConnectAsync(Endpoint.Address, expiry.Token).ConfigureAwait(false);
            return Adopt(socket);
        }
        catch (Exception error)
        {
            socket.Dispose();
            throw Reject(FailureOf(error));
        }
    }

    private RpcConnection Adopt(Socket socket)
    {
        lock (_gate)
        {
            _lastFailure = null;
            _retryDelay = options.ReconnectDelayMin;
            return _connection = new RpcConnection(++_lastConnectionId, socket, Endpoint, options, time);
        }
    }

    private RpcException Reject(RpcException failure)
    {
        lock (_gate)
        {
            _lastFailure = failure;
            _retryAt = time.GetTimestamp() + (long)(_retryDelay.TotalSeconds * time.TimestampFrequency);
            _retryDelay = TimeSpan.FromTicks(Math.Min(2 * _retryDelay.Ticks, options.ReconnectDelayMax.Ticks));
            return failure;
        }
    }

    private RpcException FailureOf(Exception error) => error switch
    {
        OperationCanceledException => new RpcException(
            RpcErrorCode.ETIMEDOUT, $"{Endpoint} did not accept a connection in {options.ConnectTimeout.TotalMilliseconds:0} ms", error),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            new RpcException(RpcErrorCode.ECONNREFUSED, $"{Endpoint} refused the connection: nothing listens there", error),
        SocketException { SocketErrorCode: SocketError.TimedOut } =>
            new RpcException(RpcErrorCode.ETIMEDOUT, $"{Endpoint} did not answer", error),
        _ => new RpcException(RpcErrorCode.EHOSTDOWN, $"can't connect to {Endpoint}: {error.Message}", error),
    };
}
