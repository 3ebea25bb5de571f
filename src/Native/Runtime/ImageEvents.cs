namespace CurveRbd.Native;

/// <summary>The completions that a caller has not polled yet, and the file that tells it that there are some. The file is the caller's.</summary>
internal sealed unsafe class ImageEvents(int fd, EventKind kind)
{
    private readonly Lock _lock = new();
    private Completion? _first;
    private Completion? _last;

    public void Add(Completion completion)
    {
        completion.AddReference();
        lock (_lock)
        {
            if (_last is null)
                _first = completion;
            else
                _last.NextEvent = completion;
            _last = completion;
        }

        Notify();
    }

    public Completion? Take()
    {
        lock (_lock)
        {
            Completion? taken = _first;
            if (taken is null)
                return null;
            _first = taken.NextEvent;
            taken.NextEvent = null;
            if (_first is null)
                _last = null;
            return taken;
        }
    }

    // Nothing to be done about a failure: fio closes the file before the image.
    private void Notify()
    {
        ulong one = 1;
        byte letter = (byte)'i';
        _ = kind == EventKind.EventFd ? Libc.Write(fd, &one, sizeof(ulong)) : Libc.Write(fd, &letter, 1);
    }
}
