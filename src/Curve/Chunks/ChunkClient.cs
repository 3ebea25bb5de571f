using System.Runtime.CompilerServices;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// Carries exchanges of one open volume to chunkservers and repeats them as each kind of failure demands. Everything it sends is
/// idempotent: a request that is given up may still be executed, with the same effect.
/// </summary>
internal sealed class ChunkClient(VolumeSession session, CurveOptions options, TimeProvider time, CancellationToken closing) : IDisposable
{
    private readonly SemaphoreSlim _inFlight = new(options.ChunkRequestsInFlightMax);
    private readonly ChunkRetryPolicy _policy = options.ChunkRetry;

    public void Dispose() => _inFlight.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ChunkPlace place, ulong chunkIndex, uint offset, IoVector destination)
    {
        ChunkDataExchange exchange = ChunkDataExchange.RentRead(session, place, chunkIndex, offset, destination);
        if (await RunAsync(exchange, place).ConfigureAwait(false) == ChunkOpStatus.ChunkNotexist)
            destination.Clear();
        exchange.Return();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ChunkPlace place, ulong chunkIndex, uint offset, IoVector data, ulong originFileId)
    {
        ChunkDataExchange exchange = ChunkDataExchange.RentWrite(session, place, chunkIndex, offset, data, originFileId);
        if (await RunAsync(exchange, place).ConfigureAwait(false) == ChunkOpStatus.ChunkNotexist)
            throw Refused(exchange, place, ChunkOpStatus.ChunkNotexist, Errno.EIO, "");
        exchange.Return();
    }

    public async ValueTask<bool> ExistsAsync(ChunkPlace place)
    {
        var exchange = new ChunkInfoExchange(place);
        return await RunAsync(exchange, place).ConfigureAwait(false) == ChunkOpStatus.Success && exchange.Exists;
    }

    /// <returns>Success or ChunkNotexist.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ChunkOpStatus> RunAsync(ChunkExchange exchange, ChunkPlace place)
    {
        ChunkTries tries = exchange.Tries;
        tries.Start(_policy, options.OperationTimeout, time);
        await _inFlight.WaitAsync(closing).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (!session.IsGranted)
                    await session.WaitForGrantAsync(tries.Left).ConfigureAwait(false);
                ChunkOpStatus? status = await TryAsync(exchange, place, tries).ConfigureAwait(false);
                if (status is ChunkOpStatus.Success or ChunkOpStatus.ChunkNotexist)
                    return status.Value;
                if (tries.Delay > TimeSpan.Zero)
                    await Task.Delay(tries.Delay, time, closing).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (closing.IsCancellationRequested && error is OperationCanceledException or RpcException or ObjectDisposedException)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{exchange.Method.Name} {place}: the store was closed", error);
        }
        finally
        {
            _inFlight.Release();
        }
    }

    /// <returns>null or a status that is tried again, after <see cref="ChunkTries.Delay"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ChunkOpStatus?> TryAsync(ChunkExchange exchange, ChunkPlace place, ChunkTries tries)
    {
        RpcChannel? leader = place.Copyset.Leader ?? await FindLeaderAsync(place.Copyset, null, tries).ConfigureAwait(false);
        if (leader is null)
        {
            tries.Fail(isTimeout: false, leaderChanged: false, $"nobody knows the leader of {place.Copyset}");
            return null;
        }

        ChunkAnswer answer;
        try
        {
            answer = await CallAsync(exchange, leader, tries.CallTimeout).ConfigureAwait(false);
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ChunkAnswer> CallAsync(ChunkExchange exchange, RpcChannel leader, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(exchange.Method, timeout);
        exchange.Write(call);
        await leader.CallAsync(call).ConfigureAwait(false);
        return exchange.Read(call);
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
