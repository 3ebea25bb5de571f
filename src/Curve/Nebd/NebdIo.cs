using System.Runtime.CompilerServices;
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
    private readonly SemaphoreSlim _inFlight;

    public NebdIo(NebdFile file, NebdClient client, VolumeSession session, NebdSilence silence, CurveOptions options, CancellationToken closing)
    {
        _file = file;
        _client = client;
        _session = session;
        _silence = silence;
        _options = options;
        _closing = closing;
        _inFlight = new SemaphoreSlim(options.ChunkRequestsInFlightMax);
    }

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _inFlight.Dispose();
    }

    public bool MayWait(NebdExchange exchange) => LeftOf(exchange) != TimeSpan.Zero && _silence.MayWait(exchange);

    protected override int NextLength(ulong offset, int length) => Math.Min(length, _client.Policy.RequestSizeMax);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask RequestAsync(ulong offset, IoVector data, bool isWrite)
    {
        NebdExchange exchange = NebdExchange.Rent(this, offset, data, isWrite, _client.Time.GetTimestamp());
        await _inFlight.WaitAsync(_closing).ConfigureAwait(false);
        try
        {
            for (int tries = 1; !await TryAsync(exchange).ConfigureAwait(false); tries++)
                await Task.Delay(_file.DelayAfter(tries), _client.Time, _closing).ConfigureAwait(false);
        }
        catch (Exception error) when (_closing.IsCancellationRequested && error is OperationCanceledException or RpcException or ObjectDisposedException)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{exchange.Method.Name} of {_session.Path}: the store was closed", error);
        }
        finally
        {
            _inFlight.Release();
        }

        exchange.Return();
    }

    /// <returns>false: to be tried again.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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

        using RpcCall call = RpcChannel.Rent(exchange.Method, Shorter(LeftOf(exchange), _client.Policy.SilenceCheck));
        exchange.Write(call, handle);
        try
        {
            await _client.Channel.CallAsync(call).ConfigureAwait(false);
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
    }

    /// <returns>false: to be tried again.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
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
