namespace CurveRbd.Curve;

/// <summary>How many requests of a volume may be under way. Those beyond wait in a queue that allocates nothing once it is long enough.</summary>
internal sealed class InFlightLimit<T>(int max)
    where T : class
{
    private readonly Queue<T> _waiting = [];
    private int _count;
    private long _leftCount;

    /// <summary>How many have left so far.</summary>
    public long LeftCount => Volatile.Read(ref _leftCount);

    /// <returns>false: it waits, and who leaves gets it.</returns>
    public bool TryEnter(T request)
    {
        lock (_waiting)
        {
            if (_count == max)
            {
                _waiting.Enqueue(request);
                return false;
            }

            _count++;
            return true;
        }
    }

    /// <returns>Who has taken over the place and is to be begun; null: nobody waits.</returns>
    public T? Leave()
    {
        lock (_waiting)
        {
            _leftCount++;
            if (_waiting.TryDequeue(out T? next))
                return next;
            _count--;
            return null;
        }
    }
}
