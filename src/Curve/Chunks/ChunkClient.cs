using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// Carries exchanges of one open volume to chunkservers and repeats them as each kind of failure demands. Everything it sends is
/// idempotent: a request that is given up may still be executed, with the same effect.
/// </summary>
internal sealed class ChunkClient(VolumeSession session, CurveOptions options, TimeProvider time, CancellationToken closing)
{
    private readonly InFlightLimit<ChunkDataExchange> _inFlight = new(options.ChunkRequestsInFlightMax);
    private readonly ChunkRetryPolicy _policy = options.ChunkRetry;

    public VolumeSession Session => session;

    public long EndedCount => _inFlight.LeftCount;

    /// <summary>The outcome goes to the exchange's transfer, and the exchange back to where it was rented.</summary>
    public void Start(ChunkDataExchange exchange)
    {
        exchange.Tries.Start(_policy, options.OperationTimeout, time);
        if (_inFlight.TryEnter(exchange))
            Begin(exchange);
    }

    /// <summary>The first try has ended. It nearly always succeeds, and then nothing is allocated.</summary>
    public void Judge(ChunkDataExchange exchange)
    {
        RpcCall call = exchange.First!.Value.Call;
        if (!IsDone(exchange, call))
        {
            _ = PersistAsync(exchange);
            return;
        }

        call.Dispose();
        End(exchange, null);
    }

    public async ValueTask<bool> ExistsAsync(ChunkPlace place)
    {
        var exchange = new ChunkInfoExchange(place);
        exchange.Tries.Start(_policy, options.OperationTimeout, time);
        return await RunAsync(exchange, place, null).ConfigureAwait(false) == ChunkOpStatus.Success && exchange.Exists;
    }

    private void Begin(ChunkDataExchange exchange)
    {
        if (!session.IsGranted || exchange.Place.Copyset.Leader is not { } leader || closing.IsCancellationRequested)
        {
            _ = PersistAsync(exchange);
            return;
        }

        RpcCall call = RpcChannel.Rent(exchange.Method, exchange.Tries.CallTimeout);
        call.ContinuesInline = exchange.Transfer.ContinuesInline;
        exchange.Write(call);
        exchange.First = new MadeTry(call, leader);
        leader.Start(call, exchange);
    }

    /// <returns>false: there is more to it than success.</returns>
    private static bool IsDone(ChunkDataExchange exchange, RpcCall call)
    {
        if (call.Failure is not null || !exchange.TryRead(call, out ChunkAnswer answer))
            return false;
        if (answer.Status == ChunkOpStatus.ChunkNotexist && !exchange.IsWrite)
            exchange.ReadZeros();
        else if (answer.Status != ChunkOpStatus.Success)
            return false;
        exchange.Place.Copyset.Learn(answer.AppliedIndex);
        return true;
    }

    private async Task PersistAsync(ChunkDataExchange exchange)
    {
        // Who ends begins the next, which may fail at once: not one on top of the other.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Exception? failure = null;
        try
        {
            if (await RunAsync(exchange, exchange.Place, exchange.First).ConfigureAwait(false) == ChunkOpStatus.ChunkNotexist)
            {
                if (exchange.IsWrite)
                    throw Refused(exchange, exchange.Place, ChunkOpStatus.ChunkNotexist, Errno.EIO, "");
                exchange.ReadZeros();
            }
        }
        catch (Exception error)
        {
            failure = error;
        }

        End(exchange, failure);
    }

    private void End(ChunkDataExchange exchange, Exception? failure)
    {
        VolumeTransfer transfer = exchange.Transfer;
        exchange.Return();
        if (_inFlight.Leave() is { } next)
            Begin(next);
        transfer.EndRequest(failure);
    }

    /// <param name="made">The first try, when it was made already.</param>
    /// <returns>Success or ChunkNotexist.</returns>
    private async ValueTask<ChunkOpStatus> RunAsync(ChunkExchange exchange, ChunkPlace place, MadeTry? made)
    {
        ChunkTries tries = exchange.Tries;
        try
        {
            while (true)
            {
                if (!session.IsGranted)
                    await session.WaitForGrantAsync(tries.Left).ConfigureAwait(false);
                ChunkOpStatus? status = await TryAsync(exchange, place, tries, made).ConfigureAwait(false);
                made = null;
                if (status is ChunkOpStatus.Success or ChunkOpStatus.ChunkNotexist)
                    return status.Value;
                if (tries.Delay > TimeSpan.Zero)
                    await Task.Delay(tries.Delay, time, closing).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (closing.IsCancellationRequested && error is OperationCanceledException or RpcException or ObjectDisposedException)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{exchange.Method.Name} {place}: the volume was closed", error);
        }
    }

    /// <returns>null or a status that is tried again, after <see cref="ChunkTries.Delay"/>.</returns>
    private async ValueTask<ChunkOpStatus?> TryAsync(ChunkExchange exchange, ChunkPlace place, ChunkTries tries, MadeTry? made)
    {
        RpcChannel? leader = made?.Leader ?? place.Copyset.Leader ?? await FindLeaderAsync(place.Copyset, null, tries).ConfigureAwait(false);
        if (leader is null)
        {
            tries.Fail(isTimeout: false, leaderChanged: false, $"nobody knows the leader of {place.Copyset}");
            return null;
        }

        ChunkAnswer answer;
        try
        {
            answer = made is null ? await CallAsync(exchange, leader, tries.CallTimeout).ConfigureAwait(false) : Read(exchange, made.Value.Call);
        }
        catch (RpcException error) when (!closing.IsCancellationRequested)
        {
            RpcChannel? next = await FindLeaderAsync(place.Copyset, leader, tries).ConfigureAwait(false);
            tries.Fail(error.IsTimeout, leaderChanged: next is not null && next != leader, error.Message);
            return null;
        }

        place.Copyset.Learn(answer.AppliedIndex);
        await JudgeAsync(exchange, place, leader, answer, tries).ConfigureAwait(false);
        return answer.Status;
    }

    private static async ValueTask<ChunkAnswer> CallAsync(ChunkExchange exchange, RpcChannel leader, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(exchange.Method, timeout);
        exchange.Write(call);
        await leader.CallAsync(call).ConfigureAwait(false);
        return exchange.Read(call);
    }

    private static ChunkAnswer Read(ChunkExchange exchange, RpcCall made)
    {
        using (made)
            return made.Failure is { } failure ? throw failure : exchange.Read(made);
    }

    /// <summary>Throws what is final, and prepares the next try of what is not.</summary>
    private async ValueTask JudgeAsync(ChunkExchange exchange, ChunkPlace place, RpcChannel leader, ChunkAnswer answer, ChunkTries tries)
    {
        switch (answer.Status)
        {
            case ChunkOpStatus.Success or ChunkOpStatus.ChunkNotexist:
                return;

            case ChunkOpStatus.Redirected or ChunkOpStatus.CopysetNotexist:
                bool isFollowed = answer.Redirect.Length > 0 && place.Copyset.TryFollow(answer.Redirect);
                RpcChannel? next = isFollowed ? place.Copyset.Leader : await FindLeaderAsync(place.Copyset, leader, tries).ConfigureAwait(false);
                tries.Redirect(next is not null && next != leader, answer.Status);
                return;

            case ChunkOpStatus.Overload:
                tries.Overload();
                return;

            case ChunkOpStatus.EpochTooOld:
                throw Refused(exchange, place, answer.Status, Errno.ESHUTDOWN, "; another client has taken over the volume: open it again");

            case ChunkOpStatus.Backward when exchange.IsWrite:
                // A snapshot was taken and this volume has not heard of it: a refresh brings the newer number.
                await session.RefreshAsync().ConfigureAwait(false);
                if (tries.Fault(answer.Status))
                    return;
                throw Refused(exchange, place, answer.Status, Errno.EIO, "; its sequence number is ahead of what the MDS says");

            case ChunkOpStatus.DiskFail or ChunkOpStatus.CrcFail or ChunkOpStatus.FailureUnknown or ChunkOpStatus.VersionOld or ChunkOpStatus.Nospace:
                if (tries.Fault(answer.Status))
                    return;
                throw Refused(exchange, place, answer.Status, answer.Status == ChunkOpStatus.Nospace ? Errno.ENOSPC : Errno.EIO, $" (tried {_policy.FaultTriesMax} times)");

            default:
                throw Refused(exchange, place, answer.Status, Errno.EIO, "");
        }
    }

    private async ValueTask<RpcChannel?> FindLeaderAsync(Copyset copyset, RpcChannel? suspect, ChunkTries tries)
    {
        try
        {
            return await copyset.FindLeaderAsync(suspect).WaitAsync(tries.Left, time, closing).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private StorageException Refused(ChunkExchange exchange, ChunkPlace place, ChunkOpStatus status, Errno errno, string advice) =>
        new(errno, $"{exchange.Method.Name} of chunk {place.ChunkId} of {session.Path} in {place.Copyset}: {place.Copyset.Leader?.Endpoint} answers {status} ({(int)status}){advice}");
}
