namespace CurveRbd.Rbd;

/// <summary>Fan-outs at rest.</summary>
internal sealed class FanOutPool
{
    private const int PooledMax = 256; // more requests than that in flight are a burst, not a steady state

    private readonly Lock _lock = new();
    private FanOut? _first;
    private int _count;

    public FanOut Rent()
    {
        lock (_lock)
        {
            if (_first is not { } fanOut)
                return new FanOut(this);
            _first = fanOut.Next;
            _count--;
            fanOut.Next = null;
            return fanOut;
        }
    }

    public void GiveBack(FanOut fanOut)
    {
        lock (_lock)
        {
            if (_count == PooledMax)
                return;
            fanOut.Next = _first;
            _first = fanOut;
            _count++;
        }
    }
}
