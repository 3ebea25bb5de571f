using CurveRbd.Brpc;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Curve;

/// <summary>
/// Calls the one MDS that leads. The others don't listen, so the leader is found by trying: the address that worked last is
/// shared by all calls, and a call that fails moves on as <see cref="MdsRetryPolicy"/> says.
/// </summary>
internal sealed class MdsClient(CurveOptions options, RpcChannels channels, TimeProvider time)
{
    // Accepts any answer: only that there is one counts.
    private static readonly MessageParser<Messages.GetClusterInfoRequest> s_anyParser = Messages.GetClusterInfoRequest.Parser;

    private readonly RpcEndpoint[] _addresses = options.MdsAddresses.Select(RpcEndpoint.Parse).ToArray();
    private int _workingIndex;
    private long _lastLogId;

    /// <summary>Where the last successful call went.</summary>
    public RpcEndpoint Leader => _addresses[Volatile.Read(ref _workingIndex)];

    public IReadOnlyList<RpcEndpoint> Addresses => _addresses;

    /// <param name="create">Makes the request of one try.</param>
    /// <param name="isFinal">false: an answer that is tried again like a failure; the last one is returned when time is over.</param>
    /// <param name="timeout">For all tries; zero or less = none.</param>
    /// <exception cref="StorageException">ETIMEDOUT: no MDS answered in time. EOPNOTSUPP: the leader does not know the method or the request.</exception>
    public Task<T> CallAsync<T>(
        RpcMethod method,
        Func<IMessage> create,
        MessageParser<T> parser,
        Func<T, bool> isFinal,
        TimeSpan timeout,
        CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        CallAsync(method, create, parser, isFinal, timeout, static () => { }, cancellationToken);

    /// <param name="onDoubt">Called for each try that may have been executed although its answer never came.</param>
    public async Task<T> CallAsync<T>(
        RpcMethod method,
        Func<IMessage> create,
        MessageParser<T> parser,
        Func<T, bool> isFinal,
        TimeSpan timeout,
        Action onDoubt,
        CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        try
        {
            return await CallUntilRefusedAsync(method, create, parser, isFinal, timeout, onDoubt, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException refusal)
        {
            throw new StorageException(Errno.EOPNOTSUPP, $"{method.Name}: {refusal.Message}", refusal);
        }
    }

    /// <summary>Whether the leader knows a method; told by calling it without the fields it demands.</summary>
    public async Task<bool> KnowsAsync(RpcMethod method, CancellationToken cancellationToken)
    {
        try
        {
            await CallUntilRefusedAsync(
                method, static () => new Messages.GetClusterInfoRequest(), s_anyParser, static _ => true, options.MdsRetry.TotalTimeout,
                static () => { }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RpcException refusal)
        {
            return refusal.Code is not (RpcErrorCode.ENOMETHOD or RpcErrorCode.ENOSERVICE);
        }
    }

    private async Task<T> CallUntilRefusedAsync<T>(
        RpcMethod method,
        Func<IMessage> create,
        MessageParser<T> parser,
        Func<T, bool> isFinal,
        TimeSpan timeout,
        Action onDoubt,
        CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var attempt = new MdsAttempt(options.MdsRetry, Volatile.Read(ref _workingIndex), _addresses.Length);
        long start = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            T? reply = null;
            RpcException? failure = null;
            try
            {
                reply = await CallOnceAsync(method, create(), parser, attempt, onDoubt).ConfigureAwait(false);
                Volatile.Write(ref _workingIndex, attempt.Index);
                if (isFinal(reply))
                    return reply;
            }
            catch (RpcException error) when (!IsRefusal(error))
            {
                failure = error;
            }

            TimeSpan elapsed = time.GetElapsedTime(start);
            if (timeout > TimeSpan.Zero && elapsed >= timeout)
                return reply ?? throw NoAnswer(method, attempt, elapsed, failure);
            TimeSpan delay = attempt.Fail(failure?.Code, Volatile.Read(ref _workingIndex));
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsRefusal(RpcException error) =>
        error.Code is RpcErrorCode.ENOMETHOD or RpcErrorCode.ENOSERVICE or RpcErrorCode.EREQUEST;

    private async Task<T> CallOnceAsync<T>(RpcMethod method, IMessage request, MessageParser<T> parser, MdsAttempt attempt, Action onDoubt)
        where T : class, IMessage<T>
    {
        using RpcCall call = RpcChannel.Rent(method, attempt.CallTimeout);
        call.LogId = Interlocked.Increment(ref _lastLogId);
        StrictProto.WriteRequest(call, request);
        try
        {
            await channels[_addresses[attempt.Index]].CallAsync(call).ConfigureAwait(false);
            return StrictProto.ReadReply(call, parser);
        }
        catch (RpcException) when (call.ConnectionId != 0)
        {
            onDoubt();
            throw;
        }
    }

    private StorageException NoAnswer(RpcMethod method, MdsAttempt attempt, TimeSpan elapsed, RpcException? last) => new(
        Errno.ETIMEDOUT,
        $"{method.Name}: none of the MDS {string.Join(", ", options.MdsAddresses)} answered ({attempt.Tries} tries in {elapsed.TotalSeconds:0.0} s; last: {last?.Message}). Check curve_mds and whether an MDS leads",
        last);
}
