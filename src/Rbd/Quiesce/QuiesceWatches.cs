using CurveRbd.Store;
using Microsoft.Extensions.Logging;

namespace CurveRbd.Rbd;

/// <summary>All quiesce watches of one open image. Callbacks run one at a time and return at once.</summary>
internal sealed class QuiesceWatches(ILogger logger, string image)
{
    private static readonly TimeSpan s_recheckInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<ulong, QuiesceWatch> _watches = [];
    private ulong _lastHandle;

    public ulong Add(Action quiesce, Action unquiesce)
    {
        lock (_lock)
        {
            _watches.Add(++_lastHandle, new QuiesceWatch(quiesce, unquiesce));
            return _lastHandle;
        }
    }

    /// <summary>Its callbacks are not called any more once this has returned, and nobody waits for its answer.</summary>
    /// <exception cref="StorageException">ENOENT.</exception>
    public void Remove(ulong handle)
    {
        lock (_lock)
        {
            Find(handle).Answer(0);
            _watches.Remove(handle);
        }
    }

    public void RemoveAll()
    {
        lock (_lock)
        {
            foreach (QuiesceWatch watch in _watches.Values)
                watch.Answer(0);
            _watches.Clear();
        }
    }

    /// <exception cref="StorageException">ENOENT. EINVAL: it was not asked.</exception>
    public void Complete(ulong handle, int result)
    {
        lock (_lock)
        {
            QuiesceWatch watch = Find(handle);
            if (!watch.IsQuiesced)
                throw new StorageException(Errno.EINVAL, $"image {image}: the quiesce watch {handle} was not asked");
            watch.Answer(result);
        }
    }

    /// <summary>Asks all, and waits for their answers for as long as somebody wants to know.</summary>
    /// <returns>0, or the first negative errno.</returns>
    public async Task<int> QuiesceAsync(Func<Task<bool>> isWanted)
    {
        Task<int[]> answers = Task.WhenAll(Ask());
        while (!answers.IsCompleted)
        {
            await Task.WhenAny(answers, Task.Delay(s_recheckInterval)).ConfigureAwait(false);
            if (!answers.IsCompleted && !await isWanted().ConfigureAwait(false))
                return -(int)Errno.ETIMEDOUT;
        }

        return (await answers.ConfigureAwait(false)).FirstOrDefault(result => result < 0);
    }

    /// <summary>Tells those who were asked that they may go on.</summary>
    public void Unquiesce()
    {
        lock (_lock)
        {
            foreach (QuiesceWatch watch in _watches.Values.Where(watch => watch.IsQuiesced).ToArray())
                Call(watch.Tell);
        }
    }

    private List<Task<int>> Ask()
    {
        var answers = new List<Task<int>>();
        lock (_lock)
        {
            foreach (QuiesceWatch watch in _watches.Values.ToArray())
                Call(() => answers.Add(watch.Ask()));
        }

        return answers;
    }

    // A watch's defect must not keep others from their snapshot.
    private void Call(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception error)
        {
            Log.QuiesceCallbackThrew(logger, image, error);
        }
    }

    private QuiesceWatch Find(ulong handle) => _watches.TryGetValue(handle, out QuiesceWatch? watch)
        ? watch
        : throw new StorageException(Errno.ENOENT, $"image {image} has no quiesce watch {handle}");
}
