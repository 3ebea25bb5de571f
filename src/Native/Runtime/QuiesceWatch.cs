namespace CurveRbd.Native;

/// <summary>Asks the host, on the image's completion thread, to bring its data into order for a snapshot, and tells it when that is over.</summary>
internal sealed unsafe class QuiesceWatch(
    OpenImage image, delegate* unmanaged[Cdecl]<void*, void> quiesce, delegate* unmanaged[Cdecl]<void*, void> unquiesce, void* argument)
{
    private readonly delegate* unmanaged[Cdecl]<void*, void> _quiesce = quiesce;
    private readonly delegate* unmanaged[Cdecl]<void*, void> _unquiesce = unquiesce;
    private readonly void* _argument = argument;
    private readonly Lock _running = new();
    private bool _isOver;

    public void Quiesce() => Post(_quiesce);

    public void Unquiesce() => Post(_unquiesce);

    /// <summary>When it returns no callback runs, unless it is called from inside of one.</summary>
    public void End()
    {
        lock (_running)
            _isOver = true;
    }

    private void Post(delegate* unmanaged[Cdecl]<void*, void> function)
    {
        image.Enter();
        image.Queue.Post(new Call(this, function));
    }

    private void Run(delegate* unmanaged[Cdecl]<void*, void> function)
    {
        lock (_running)
        {
            if (!_isOver)
                function(_argument);
        }

        image.Leave();
    }

    private sealed class Call(QuiesceWatch watch, delegate* unmanaged[Cdecl]<void*, void> function) : QueuedCallback
    {
        private readonly delegate* unmanaged[Cdecl]<void*, void> _function = function;

        public override void Run() => watch.Run(_function);
    }
}
