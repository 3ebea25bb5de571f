using System.Collections.Concurrent;
using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>The quiesce watches of one image, by the number that the image gave them.</summary>
internal sealed class QuiesceWatches(Image image)
{
    private readonly ConcurrentDictionary<ulong, QuiesceWatch> _watches = new();

    public async Task<ulong> AddAsync(QuiesceWatch watch)
    {
        ulong number = await image.AddQuiesceWatchAsync(watch.Quiesce, watch.Unquiesce, CancellationToken.None).ConfigureAwait(false);
        _watches[number] = watch;
        return number;
    }

    /// <exception cref="Store.StorageException">ENOENT: there is no such watch.</exception>
    public async Task EndAsync(ulong number)
    {
        await image.RemoveQuiesceWatchAsync(number).ConfigureAwait(false);
        if (_watches.TryRemove(number, out QuiesceWatch? watch))
            watch.End();
    }

    /// <summary>No callback runs any more; the image itself forgets the watches when it is closed.</summary>
    public void EndAll()
    {
        foreach (QuiesceWatch watch in _watches.Values)
            watch.End();
    }
}
