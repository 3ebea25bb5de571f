using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>A watch of an object by a host: hears of notifications on the client's own thread.</summary>
internal sealed class OpenWatch : IObjectWatcher
{
    private const byte WatchNotify = 1; // the opcode that callbacks of the old kind get

    private readonly OpenCluster _cluster;
    private readonly CompletionQueue _queue;
    private readonly WatchCallbacks _callbacks;
    private readonly Lock _running = new();
    private ObjectWatch? _watch;
    private bool _isOver;

    private OpenWatch(OpenCluster cluster, WatchCallbacks callbacks)
    {
        _cluster = cluster;
        _queue = cluster.Watches.Queue;
        _callbacks = callbacks;
    }

    public nint Handle { get; private set; }

    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public static async Task<OpenWatch> StartAsync(OpenIoContext ioContext, ObjectId id, WatchCallbacks callbacks)
    {
        var watch = new OpenWatch(Handles.Clusters.Get(ioContext.ClusterHandle), callbacks);
        watch.Handle = Handles.Watches.Add(watch);
        try
        {
            watch._watch = await ioContext.Context.Objects
                .WatchAsync(id, watch, (ulong)watch.Handle, CancellationToken.None).ConfigureAwait(false);
            watch._cluster.Watches.Add(watch);
            return watch;
        }
        catch
        {
            Handles.Watches.TryRemove(watch.Handle, out _);
            throw;
        }
    }

    public void Notified(ObjectWatch watch, ObjectNotification notification) =>
        _queue.Post(new Call(this, () => Tell(watch, notification)));

    public void Failed(ObjectWatch watch, Errno errno) => _queue.Post(new Call(this, () => Tell(errno)));

    /// <exception cref="StorageException">ENOTCONN: it has ended.</exception>
    public void ThrowIfFailed() => _watch?.ThrowIfFailed();

    public Task AcknowledgeAsync(ulong notification, byte[] answer) =>
        _watch?.AcknowledgeAsync(notification, answer, CancellationToken.None) ?? Task.CompletedTask;

    /// <summary>When it returns no callback runs, unless it is called from inside of one.</summary>
    public void End()
    {
        Leave();
        Control.Run(EndAsync);
    }

    public async Task EndAsync()
    {
        Leave();
        if (_watch is { } watch)
            await watch.DisposeAsync().ConfigureAwait(false);
    }

    private void Leave()
    {
        lock (_running)
            _isOver = true;
        Handles.Watches.TryRemove(Handle, out _);
        _cluster.Watches.Remove(this);
    }

    private unsafe void Tell(ObjectWatch watch, ObjectNotification notification)
    {
        fixed (byte* payload = notification.Payload)
        {
            if (_callbacks.OnNotify is not null)
                _callbacks.OnNotify(_callbacks.Argument, notification.Id, (ulong)Handle, notification.Notifier, payload, (nuint)notification.Payload.Length);
            if (_callbacks.OnOldNotify is null)
                return;
            _callbacks.OnOldNotify(WatchNotify, 0, _callbacks.Argument);
        }

        // Who watches the old way cannot answer.
        Control.Run(() => watch.AcknowledgeAsync(notification.Id, [], CancellationToken.None));
    }

    private unsafe void Tell(Errno errno)
    {
        if (_callbacks.OnError is not null)
            _callbacks.OnError(_callbacks.Argument, (ulong)Handle, -(int)errno);
    }

    private sealed class Call(OpenWatch watch, Action action) : QueuedCallback
    {
        public override void Run()
        {
            try
            {
                lock (watch._running)
                {
                    if (!watch._isOver)
                        action();
                }
            }
            catch (Exception error)
            {
                Failure.CodeOf(error);
            }
        }
    }
}
