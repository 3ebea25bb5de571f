using CurveRbd.Brpc;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// Through the nebd-server of this host. A request whose connection breaks is sent again until it is answered; no write is sent while
/// an earlier one that was not answered may still happen, because the server keeps no order (<see cref="NebdFile"/>). A request that
/// is not answered waits, and <see cref="NebdSilence"/> finds out whether there is still something to wait for.
/// </summary>
internal sealed class NebdIo : VolumeIo
{
    private readonly NebdFile _file;
    private readonly NebdClient _client;
    private readonly VolumeSession _session;
    private readonly NebdSilence _silence;
    private readonly CurveOptions _options;
    private readonly CancellationToken _closing;
    private readonly InFlightLimit<NebdExchange> _inFlight;

    public NebdIo(NebdFile file, NebdClient client, VolumeSession session, NebdSilence silence, CurveOptions options, CancellationToken closing)
    {
        _file = file;
        _client = client;
        _session = session;
        _silence = silence;
        _options = options;
        _closing = closing;
        _inFlight = new InFlightLimit<NebdExchange>(options.ChunkRequestsInFlightMax);
    }

    public override long EndedCount => _inFlight.LeftCount;

    public override ValueTask DisposeAsync() => _file.DisposeAsync();

    public bool MayWait(NebdExchange exchange) => LeftOf(exchange) != TimeSpan.Zero && _silence.MayWait(exchange);

    protected override int NextLength(ulong offset, int length) => Math.Min(length, _client.Policy.RequestSizeMax);

    /// <summary>The first try has ended. It nearly always succeeds, and then nothing is allocated.</summary>
    public void Judge(NebdExchange exchange)
    {
        RpcCall call = exchange.First!;
        if (call.Failure is not null || !exchange.TryRead(call))
        {
            _ = PersistAsync(exchange);
            return;
        }

        call.Dispose();
        End(exchange, null);
    }

    protected override void StartRequest(VolumeTransfer transfer, ulong offset, IoVector data, bool isWrite)
    {
        NebdExchange exchange = NebdExchange.Rent(this, transfer, offset, data, isWrite, _client.Time.GetTimestamp());
        if (_inFlight.TryEnter(exchange))
            Begin(exchange);
    }

    private void Begin(NebdExchange exchange)
    {
        if ((exchange.IsWrite && !IsWritable) || !_file.TryUse(out NebdHandle handle) || _closing.IsCancellationRequested
            || (exchange.IsWrite && !_file.IsSettled))
        {
            _ = PersistAsync(exchange);
            return;
        }

        RpcCall call = NewCall(exchange, handle);
        call.ContinuesInline = exchange.Transfer.ContinuesInline;
        (exchange.First, exchange.FirstHandle) = (call, handle);
        _client.Channel.Start(call, exchange);
    }

    private bool IsWritable => _session.IsGranted && _session.IsConfirmed(_client.Policy.StandstillMax) && _silence.IsWritable;

    private RpcCall NewCall(NebdExchange exchange, NebdHandle handle)
    {
        RpcCall call = RpcChannel.Rent(exchange.Method, Shorter(LeftOf(exchange), _client.Policy.SilenceCheck));
        exchange.Write(call, handle);
        return call;
    }

    private void End(NebdExchange exchange, Exception? failure)
    {
        VolumeTransfer transfer = exchange.Transfer;
        exchange.Return();
        if (_inFlight.Leave() is { } next)
            Begin(next);
        transfer.EndRequest(failure);
    }

    private async Task PersistAsync(NebdExchange exchange)
    {
        // Who ends begins the next, which may fail at once: not one on top of the other.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Exception? failure = null;
        try
        {
            await RunAsync(exchange).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        End(exchange, failure);
    }

    private async Task RunAsync(NebdExchange exchange)
    {
        try
        {
            int tries = 1;
            bool isDone = false;
            if (exchange.First is { } first)
            {
                tries++;
                isDone = await FollowAsync(exchange, first, exchange.FirstHandle, isMade: true).ConfigureAwait(false);
            }

            for (; !isDone; tries++)
            {
                if (tries > 1)
                    await Task.Delay(_file.DelayAfter(tries - 1), _client.Time, _closing).ConfigureAwait(false);
                isDone = await TryAsync(exchange).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (_closing.IsCancellationRequested && error is OperationCanceledException or RpcException or ObjectDisposedException)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{exchange.Method.Name} of {_session.Path}: the volume was closed", error);
        }
    }

    /// <returns>false: to be tried again.</returns>
    private async ValueTask<bool> TryAsync(NebdExchange exchange)
    {
        if (exchange.IsWrite && !await TryMakeWritableAsync(exchange).ConfigureAwait(false))
            return false;
        NebdHandle handle = await _file.UseAsync(LeftOf(exchange), _closing).ConfigureAwait(false);
        if (exchange.IsWrite)
        {
            _silence.DemandWritable();
            if (!_file.IsSettled)
                return false;
        }

        return await FollowAsync(exchange, NewCall(exchange, handle), handle, isMade: false).ConfigureAwait(false);
    }

    /// <param name="isMade">The call has ended already.</param>
    /// <returns>false: to be tried again.</returns>
    private async ValueTask<bool> FollowAsync(NebdExchange exchange, RpcCall call, NebdHandle handle, bool isMade)
    {
        try
        {
            if (!isMade)
                await _client.Channel.CallAsync(call).ConfigureAwait(false);
            else if (call.Failure is { } failure)
                throw failure;
            if (exchange.Read(call))
                return true;
            _file.Forget(handle);
            return ++exchange.Refusals < _client.Policy.RefusalsMax ? false : throw Refused(exchange);
        }
        catch (RpcException error) when (!_closing.IsCancellationRequested)
        {
            if (exchange.IsWrite && call.ConnectionId != 0)
                _file.Doubt(handle);
            return FailOrTryAgain(exchange, error);
        }
        finally
        {
            call.Dispose();
        }
    }

    /// <returns>false: to be tried again.</returns>
    private async ValueTask<bool> TryMakeWritableAsync(NebdExchange exchange)
    {
        await DemandWritableAsync(exchange).ConfigureAwait(false);
        if (_file.IsSettled)
            return true;
        try
        {
            if (await _file.TrySettleAsync(exchange, LeftOf(exchange), _closing).ConfigureAwait(false))
                return true;
            _silence.MayWait(exchange);
            return FailOrTryAgain(exchange, null);
        }
        catch (RpcException error) when (!_closing.IsCancellationRequested)
        {
            return FailOrTryAgain(exchange, error);
        }
    }

    private bool FailOrTryAgain(NebdExchange exchange, RpcException? error)
    {
        if (_silence.VerdictOn(exchange) is { } verdict)
            throw new StorageException(verdict.Errno, verdict.Message, verdict);
        return LeftOf(exchange) == TimeSpan.Zero ? throw TimedOut(exchange, error) : false;
    }

    private async ValueTask DemandWritableAsync(NebdExchange exchange)
    {
        if (!_session.IsGranted)
            await _session.WaitForGrantAsync(LeftOf(exchange)).ConfigureAwait(false);
        await _session.ConfirmAsync(_client.Policy.StandstillMax).ConfigureAwait(false);
        _silence.DemandWritable();
    }

    /// <summary>Infinite when there is no limit.</summary>
    private TimeSpan LeftOf(NebdExchange exchange)
    {
        if (_options.OperationTimeout == TimeSpan.Zero)
            return Timeout.InfiniteTimeSpan;
        TimeSpan left = _options.OperationTimeout - _client.Time.GetElapsedTime(exchange.Start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan check) => left != Timeout.InfiniteTimeSpan && left < check ? left : check;

    private StorageException Refused(NebdExchange exchange) => new(
        Errno.EIO, $"{exchange.Method.Name} of {exchange.Length} bytes at {exchange.Offset} of {_session.Path}: the nebd-server at {_client.Socket} answers kNoOK (tried {_client.Policy.RefusalsMax} times); its log may say why");

    private StorageException TimedOut(NebdExchange exchange, RpcException? last) => new(
        Errno.ETIMEDOUT, $"{exchange.Method.Name} of {_session.Path} through nebd: not done in {_options.OperationTimeout.TotalSeconds:0.#} s (rados_osd_op_timeout): {last?.Message ?? "the server refuses to close a number that an earlier write was sent to"}", last);
}
