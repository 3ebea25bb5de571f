using System.Diagnostics;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages.Nebd;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// A volume that a nebd-server has open for this process. It is opened again, under the same name, on each new connection: a server
/// that was restarted gives the old number, one that forgot everything a new one, and either way no number is used that could be
/// another file's by now.
/// <para>
/// A write that was sent and not answered may be executed at any later time, for the server goes on with what came over a connection
/// that has broken since. Nothing is written after it until the number it was sent to is closed: the server closes a number when
/// everything that it has begun for it is over, and refuses what it reads for it later; one that listens anew holds a lock that the
/// one before gave up when it ended.
/// </para>
/// </summary>
internal sealed class NebdFile(NebdClient client, VolumeSession session) : IAsyncDisposable
{
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _opening = new(1);
    private readonly SemaphoreSlim _settling = new(1);
    private readonly Lock _gate = new();
    private NebdHandle _handle;
    private string _name = NebdFileName.Create(session.Path, session.Owner);
    private volatile string? _doubtfulName;

    /// <summary>The last one known; without a connection id when there is none.</summary>
    public NebdHandle Handle
    {
        get
        {
            lock (_gate)
                return _handle;
        }
    }

    /// <summary>No write that was sent earlier can still happen without being answered.</summary>
    public bool IsSettled => _doubtfulName is null;

    /// <exception cref="StorageException">ECONNREFUSED: nobody answers. EIO: the server keeps refusing.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        long start = client.Time.GetTimestamp();
        for (int tries = 1; ; tries++)
        {
            StorageException failure;
            try
            {
                if (await TryOpenAsync().ConfigureAwait(false))
                    return;

                // Perhaps no MDS led when the server asked.
                failure = Refused();
            }
            catch (RpcException error)
            {
                failure = client.NobodyThere(error);
            }

            if (client.Time.GetElapsedTime(start) >= client.Policy.OpenTimeout)
                throw failure;
            await Task.Delay(DelayAfter(tries), client.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A handle that is good on the connection as it is now.</summary>
    /// <param name="timeout">Infinite: as long as it takes.</param>
    /// <exception cref="StorageException">ETIMEDOUT; EIO: the server keeps refusing; or why the volume is lost.</exception>
    public ValueTask<NebdHandle> UseAsync(TimeSpan timeout, CancellationToken closing) =>
        TryUse(out NebdHandle handle) ? new(handle) : new(ReopenAsync(timeout, closing));

    /// <returns>false: it has to be opened (again).</returns>
    public bool TryUse(out NebdHandle handle)
    {
        handle = Handle;
        return handle.ConnectionId != 0 && handle.ConnectionId == client.Channel.ConnectionId;
    }

    /// <summary>The server did not want to know the handle.</summary>
    public void Forget(NebdHandle handle)
    {
        lock (_gate)
        {
            if (_handle == handle)
                _handle = default;
        }
    }

    /// <summary>Nobody knows what becomes of a write that was sent. From now on the volume is open under another name.</summary>
    public void Doubt(NebdHandle handle)
    {
        lock (_gate)
        {
            // Of an earlier name: in doubt already, or settled since.
            if (!ReferenceEquals(handle.Name, _name))
                return;
            Debug.Assert(_doubtfulName is null, "a write was sent before an earlier one was settled");
            (_doubtfulName, _name, _handle) = (_name, NebdFileName.Create(session.Path, session.Owner), default);
        }
    }

    /// <summary>Completes when the writes in doubt are over: executed or never.</summary>
    /// <param name="patience">Decides how long the server may take.</param>
    /// <returns>false: the server refuses, try again.</returns>
    /// <exception cref="RpcException">There was no answer, try again.</exception>
    public ValueTask<bool> TrySettleAsync(IRpcPatience patience, TimeSpan timeout, CancellationToken closing) =>
        IsSettled ? new(true) : new(TrySettleInTurnAsync(patience, timeout, closing));

    public TimeSpan DelayAfter(int tries) => TimeSpan.FromTicks(Math.Min(tries * client.Policy.Delay.Ticks, client.Policy.DelayMax.Ticks));

    /// <summary>Never waits long: the server closes by itself what nobody sends heartbeats for.</summary>
    public async ValueTask DisposeAsync()
    {
        client.Remove(this);
        try
        {
            if (_doubtfulName is { } name)
                await TryCloseAsync(name, null, s_closeTimeout).ConfigureAwait(false);
            NebdHandle handle = await UseAsync(s_closeTimeout, CancellationToken.None).ConfigureAwait(false);
            await CloseAsync(handle, null, s_closeTimeout).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or StorageException or ObjectDisposedException)
        {
            // It keeps a record of the file, which harms nobody.
        }

        _opening.Dispose();
        _settling.Dispose();
    }

    private async Task<bool> TrySettleInTurnAsync(IRpcPatience patience, TimeSpan timeout, CancellationToken closing)
    {
        if (!await _settling.WaitAsync(timeout, closing).ConfigureAwait(false))
            throw TimedOut(timeout, null);
        try
        {
            if (_doubtfulName is not { } name)
                return true;
            if (!await TryCloseAsync(name, patience, Shorter(timeout, client.Policy.SilenceCheck)).ConfigureAwait(false))
                return false;
            _doubtfulName = null;
            return true;
        }
        finally
        {
            _settling.Release();
        }
    }

    /// <summary>A server that has the name open tells the number by which it has; one that came later opens it for a moment.</summary>
    private async Task<bool> TryCloseAsync(string name, IRpcPatience? patience, TimeSpan timeout) =>
        await TryOpenAsync(name).ConfigureAwait(false) is { } handle && await CloseAsync(handle, patience, timeout).ConfigureAwait(false);

    private async Task<bool> CloseAsync(NebdHandle handle, IRpcPatience? patience, TimeSpan timeout)
    {
        using RpcCall call = RpcChannel.Rent(NebdMethods.CloseFile, timeout);
        call.RequiredConnectionId = handle.ConnectionId;
        call.Patience = patience;
        StrictProto.WriteRequest(call, new CloseFileRequest { Fd = handle.Fd });
        await client.Channel.CallAsync(call).ConfigureAwait(false);
        return StrictProto.ReadReply(call, CloseFileResponse.Parser).RetCode == RetCode.KOk;
    }

    private async Task<NebdHandle> ReopenAsync(TimeSpan timeout, CancellationToken closing)
    {
        long start = client.Time.GetTimestamp();
        if (!await _opening.WaitAsync(timeout, closing).ConfigureAwait(false))
            throw TimedOut(timeout, null);
        try
        {
            // While this one waited for its turn, another may have opened it.
            if (TryUse(out NebdHandle handle))
                return handle;
            for (int tries = 1; ; tries++)
            {
                if (session.Loss is { } loss)
                    throw new StorageException(loss.Errno, loss.Message, loss);

                RpcException? failure = await TryReopenAsync().ConfigureAwait(false);
                if (TryUse(out handle))
                    return handle;
                TimeSpan elapsed = client.Time.GetElapsedTime(start);
                if (timeout != Timeout.InfiniteTimeSpan && elapsed >= timeout)
                    throw TimedOut(timeout, failure);
                if (failure is null && elapsed >= client.Policy.SilenceMax)
                    throw Refused();
                await Task.Delay(DelayAfter(tries), client.Time, closing).ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <returns>null: the server answered, if only with a refusal.</returns>
    private async Task<RpcException?> TryReopenAsync()
    {
        try
        {
            await TryOpenAsync().ConfigureAwait(false);
            return null;
        }
        catch (RpcException error)
        {
            return error;
        }
    }

    /// <returns>false: the server refuses.</returns>
    private async Task<bool> TryOpenAsync()
    {
        string name;
        lock (_gate)
            name = _name;
        if (await TryOpenAsync(name).ConfigureAwait(false) is not { } handle)
            return false;

        // The server has opened with the epoch of now. Whether that is still ours has to be known before anything is written.
        await session.RefreshAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (ReferenceEquals(name, _name))
                _handle = handle;
        }

        return true;
    }

    /// <returns>null: the server refuses.</returns>
    private async Task<NebdHandle?> TryOpenAsync(string name)
    {
        using RpcCall call = RpcChannel.Rent(NebdMethods.OpenFile, client.Policy.CallTimeout);

        // Not exclusive: what others write into holes is to be seen.
        StrictProto.WriteRequest(call, new OpenFileRequest { FileName = name, Flags = new ProtoOpenFlags { Exclusive = false } });
        await client.Channel.CallAsync(call).ConfigureAwait(false);
        OpenFileResponse reply = StrictProto.ReadReply(call, OpenFileResponse.Parser);
        return reply.RetCode == RetCode.KOk && reply.HasFd ? new NebdHandle(reply.Fd, call.ConnectionId, name) : null;
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan check) => left != Timeout.InfiniteTimeSpan && left < check ? left : check;

    private StorageException Refused() => new(
        Errno.EIO,
        $"the nebd-server at {client.Socket} refuses to open {session.Path} of {session.Owner}, and does not say why: see its log, and whether its client.conf names this cluster's MDS");

    private StorageException TimedOut(TimeSpan timeout, RpcException? last) => new(
        Errno.ETIMEDOUT, $"{session.Path}: the nebd-server at {client.Socket} has not opened it again in {timeout.TotalSeconds:0.#} s{(last is null ? "" : $" ({last.Message})")}", last);
}
