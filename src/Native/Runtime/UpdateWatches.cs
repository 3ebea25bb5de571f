using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The update watches of one image, by the number their caller got.</summary>
internal sealed class UpdateWatches
{
    private readonly Dictionary<ulong, UpdateWatch> _watches = [];
    private readonly Lock _lock = new();
    private ulong _last;

    public ulong Add(UpdateWatch watch)
    {
        lock (_lock)
        {
            _watches[++_last] = watch;
            return _last;
        }
    }

    /// <exception cref="StorageException">EINVAL: there is no such watch.</exception>
    public void End(ulong number)
    {
        UpdateWatch? watch;
        lock (_lock)
        {
            if (!_watches.Remove(number, out watch))
                throw new StorageException(Errno.EINVAL, $"there is no update watch {number}");
        }

        watch.End();
    }

    public void EndAll()
    {
        UpdateWatch[] watches;
        lock (_lock)
        {
            watches = [.. _watches.Values];
            _watches.Clear();
        }

        // Outside of the lock: a callback that runs now may be about to end its own watch.
        foreach (UpdateWatch watch in watches)
            watch.End();
    }
}
