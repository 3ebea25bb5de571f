namespace CurveRbd.Native;

/// <summary>Tells the host that an image's header has changed, on the image's completion thread. Changes that come quickly one after the other are told once.</summary>
internal sealed unsafe class UpdateWatch : QueuedCallback
{
    private readonly OpenImage _image;
    private readonly delegate* unmanaged[Cdecl]<void*, void> _callback;
    private readonly void* _argument;
    private readonly IDisposable _subscription;
    private readonly Lock _running = new();
    private int _isQueued;
    private bool _isOver;

    public UpdateWatch(OpenImage image, delegate* unmanaged[Cdecl]<void*, void> callback, void* argument)
    {
        _image = image;
        _callback = callback;
        _argument = argument;
        _subscription = image.Image.WatchUpdates(OnUpdate);
    }

    public override void Run()
    {
        Volatile.Write(ref _isQueued, 0);
        lock (_running)
        {
            if (!_isOver)
                _callback(_argument);
        }

        _image.Leave();
    }

    /// <summary>When it returns no callback runs, unless it is called from inside of one.</summary>
    public void End()
    {
        _subscription.Dispose();
        lock (_running)
            _isOver = true;
    }

    private void OnUpdate()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) != 0)
            return;
        _image.Enter();
        _image.Queue.Post(this);
    }
}
