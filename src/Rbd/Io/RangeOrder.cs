using System.Diagnostics;

namespace CurveRbd.Rbd;

/// <summary>
/// The requests in flight, in the order of their submission: one that overlaps an earlier one waits for it (reads don't wait for
/// reads), others never wait. The caller brings the lock.
/// </summary>
internal sealed class RangeOrder
{
    private IoRequest? _first;
    private IoRequest? _last;

    public IoRequest? First => _first;

    /// <returns>true: nothing is in its way.</returns>
    public bool Add(IoRequest request)
    {
        int blockers = 0;
        for (IoRequest? earlier = _first; earlier is not null; earlier = earlier.Later)
        {
            if (request.WaitsFor(earlier))
                blockers++;
        }

        request.Blockers = blockers;
        request.Earlier = _last;
        request.Later = null;
        if (_last is null)
            _first = request;
        else
            _last.Later = request;
        _last = request;
        return blockers == 0;
    }

    /// <returns>The requests that only waited for this one, chained in order, before <paramref name="ready"/>.</returns>
    public IoRequest? Remove(IoRequest request, IoRequest? ready)
    {
        IoRequest? firstReady = null;
        IoRequest? lastReady = null;
        for (IoRequest? later = request.Later; later is not null; later = later.Later)
        {
            if (!later.WaitsFor(request) || --later.Blockers > 0)
                continue;
            if (lastReady is null)
                firstReady = later;
            else
                lastReady.Next = later;
            lastReady = later;
        }

        Unlink(request);
        if (lastReady is null)
            return ready;
        lastReady.Next = ready;
        return firstReady;
    }

    /// <returns>All requests, chained by <see cref="IoRequest.Later"/>; none of them runs.</returns>
    public IoRequest? TakeAll()
    {
        IoRequest? all = _first;
        _first = null;
        _last = null;
        return all;
    }

    private void Unlink(IoRequest request)
    {
        Debug.Assert(request.Blockers == 0, "a request ended before it could start");
        if (request.Earlier is null)
            _first = request.Later;
        else
            request.Earlier.Later = request.Later;
        if (request.Later is null)
            _last = request.Earlier;
        else
            request.Later.Earlier = request.Earlier;
        request.Earlier = null;
        request.Later = null;
    }
}
