using System.Collections.Concurrent;
using CurveRbd.Brpc;
using CurveRbd.Curve.Messages.Nebd;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>The nebd-server of this host: one connection for all files, and the heartbeats without which it closes them after 30 s.</summary>
internal sealed class NebdClient(string socket, RpcChannels channels, NebdPolicy policy, TimeProvider time) : IAsyncDisposable
{
    // Required in heartbeats, for the server's log.
    private const string Version = "9.9.9";

    private readonly ConcurrentDictionary<NebdFile, bool> _files = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _gate = new();
    private Task? _beating;

    public string Socket { get; } = socket;

    public RpcChannel Channel { get; } = channels[RpcEndpoint.Parse(socket)];

    public NebdPolicy Policy { get; } = policy;

    public TimeProvider Time { get; } = time;

    public async Task<NebdFile> OpenAsync(VolumeSession session, CancellationToken cancellationToken)
    {
        var file = new NebdFile(this, session);
        await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        _files[file] = true;
        lock (_gate)
            _beating ??= BeatRegularlyAsync();
        return file;
    }

    public void Remove(NebdFile file) => _files.TryRemove(file, out _);

    /// <summary>Whether somebody answers behind the socket.</summary>
    /// <exception cref="StorageException">ECONNREFUSED: nobody does.</exception>
    public async Task PingAsync()
    {
        using RpcCall call = RpcChannel.Rent(NebdMethods.KeepAlive, Policy.CallTimeout);
        StrictProto.WriteRequest(call, new HeartbeatRequest { Pid = Environment.ProcessId, NebdVersion = Version });
        try
        {
            await Channel.CallAsync(call).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw NobodyThere(error);
        }
    }

    public StorageException NobodyThere(RpcException error) =>
        new(Errno.ECONNREFUSED, $"no nebd-server answers at {Socket} ({error.Message}). Is it running, and is curve_io right?", error);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        if (_beating is { } beating)
            await beating.ConfigureAwait(false);
        _closed.Dispose();
    }

    private async Task BeatRegularlyAsync()
    {
        using var timer = new PeriodicTimer(Policy.HeartbeatInterval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closed.Token).ConfigureAwait(false))
                await BeatAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private async Task BeatAsync()
    {
        var request = new HeartbeatRequest { Pid = Environment.ProcessId, NebdVersion = Version };
        foreach (NebdFile file in _files.Keys)
        {
            NebdHandle handle = file.Handle;
            if (handle.ConnectionId != 0 && handle.ConnectionId == Channel.ConnectionId)
                request.Info.Add(new HeartbeatFileInfo { Fd = handle.Fd, Name = handle.Name });
        }

        if (request.Info.Count == 0)
            return;
        using RpcCall call = RpcChannel.Rent(NebdMethods.KeepAlive, Policy.HeartbeatTimeout);
        StrictProto.WriteRequest(call, request);
        try
        {
            await Channel.CallAsync(call).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or ObjectDisposedException)
        {
            // One of six that the server would have to miss; and each I/O finds out by itself.
        }
    }
}
