namespace CurveRbd.Rbd;

/// <summary>
/// Keeps requests on one cluster apart where an entry changes: two writes to different bytes of an absent cluster must not both
/// copy it up. A hold covers its whole range at once and never asks for more, so there is no deadlock; waiters go in order.
/// </summary>
internal sealed class ClusterLocks
{
    private readonly Lock _lock = new();
    private readonly List<ClusterHold> _waiting = [];
    private ClusterHold? _first;
    private int _exclusiveCount;

    /// <returns>false: somebody is in the way.</returns>
    public bool TryEnter(ClusterHold hold)
    {
        lock (_lock)
        {
            if (!IsFree(hold, _waiting.Count))
                return false;
            Link(hold);
            return true;
        }
    }

    /// <summary>Waits until nobody is in the way.</summary>
    public ValueTask EnterAsync(ClusterHold hold)
    {
        lock (_lock)
        {
            if (IsFree(hold, _waiting.Count))
            {
                Link(hold);
                return ValueTask.CompletedTask;
            }

            hold.Granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(hold);
            return new ValueTask(hold.Granted.Task);
        }
    }

    public void Exit(ClusterHold hold)
    {
        lock (_lock)
        {
            Unlink(hold);
            for (int i = 0; i < _waiting.Count; i++)
            {
                ClusterHold next = _waiting[i];
                if (!IsFree(next, i))
                    continue;
                _waiting.RemoveAt(i--);
                Link(next);
                next.Granted!.SetResult();
            }
        }
    }

    // Also those that wait before it are in its way: a stream of shared holds must not starve an exclusive one.
    private bool IsFree(ClusterHold hold, int waitingBefore)
    {
        for (int i = 0; i < waitingBefore; i++)
        {
            if (hold.ConflictsWith(_waiting[i]))
                return false;
        }

        if (!hold.IsExclusive && _exclusiveCount == 0)
            return true;
        for (ClusterHold? other = _first; other is not null; other = other.Later)
        {
            if (hold.ConflictsWith(other))
                return false;
        }

        return true;
    }

    private void Link(ClusterHold hold)
    {
        hold.Earlier = null;
        hold.Later = _first;
        if (_first is not null)
            _first.Earlier = hold;
        _first = hold;
        _exclusiveCount += hold.IsExclusive ? 1 : 0;
    }

    private void Unlink(ClusterHold hold)
    {
        if (hold.Earlier is null)
            _first = hold.Later;
        else
            hold.Earlier.Later = hold.Later;
        if (hold.Later is not null)
            hold.Later.Earlier = hold.Earlier;
        _exclusiveCount -= hold.IsExclusive ? 1 : 0;
    }
}
