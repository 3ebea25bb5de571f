using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Empties the trash of what may go.</summary>
internal sealed class TrashPurge(IoContext io, ProgressCallback? progress)
{
    private const float NoThreshold = -1;

    private readonly ImagePool _pool = new(io);

    public async Task RunAsync(DateTimeOffset expiredBefore, float threshold, CancellationToken cancellationToken)
    {
        if (threshold != NoThreshold && threshold is not (>= 0 and <= 1))
            throw new StorageException(Errno.EINVAL, $"a threshold of {threshold} is no share of the store: give 0 to 1");
        List<TrashRecord> candidates = await ListAsync(cancellationToken).ConfigureAwait(false);
        List<TrashRecord> chosen = threshold == NoThreshold
            ? candidates.FindAll(entry => entry.DeferredUntil <= expiredBefore)
            : await ChooseForSpaceAsync(candidates, threshold, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(chosen, cancellationToken).ConfigureAwait(false);
    }

    // What mirroring or a migration put there is theirs.
    private async Task<List<TrashRecord>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await TrashRecords.ListAsync(_pool, cancellationToken).ConfigureAwait(false))
            .Select(record => record.Value)
            .Where(entry => entry.Source is not (TrashSource.Mirroring or TrashSource.Migration))
            .OrderBy(entry => entry.DeferredUntil)];

    private async Task<List<TrashRecord>> ChooseForSpaceAsync(
        List<TrashRecord> candidates, float threshold, CancellationToken cancellationToken)
    {
        StoreStatus status = await _pool.Volumes.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        ulong target = (ulong)(status.TotalBytes * (double)threshold);
        var chosen = new List<TrashRecord>();
        ulong used = status.UsedBytes;
        foreach (TrashRecord entry in candidates)
        {
            if (used <= target)
                break;
            chosen.Add(entry);
            used -= Math.Min(used, await AllocatedAsync(entry, cancellationToken).ConfigureAwait(false));
        }

        return chosen;
    }

    private async Task<ulong> AllocatedAsync(TrashRecord entry, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<LayerRecord>> layers = await _pool.RangeAsync(
            _pool.Keys.Layers(entry.Id), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        ulong allocated = 0;
        foreach (Stored<LayerRecord> layer in layers)
            allocated += (await _pool.Volumes.StatAsync(layer.Value.Path, cancellationToken).ConfigureAwait(false))?.Allocated ?? 0;
        return allocated;
    }

    // A parent goes once its clones are gone, so as long as one went, the others get another chance.
    private async Task RemoveAsync(List<TrashRecord> chosen, CancellationToken cancellationToken)
    {
        int total = chosen.Count;
        List<Refusal> left = [.. chosen.Select(entry => new Refusal(entry, null))];
        int before;
        do
        {
            before = left.Count;
            left = await RemoveOnceAsync(left, total, cancellationToken).ConfigureAwait(false);
        }
        while (left.Count > 0 && left.Count < before);
        foreach (Refusal refusal in left)
            Log.NotPurged(_pool.Logger, refusal.Entry.Id, _pool.Describe(refusal.Entry.Name));
        if (left is [{ Reason: { } reason }, ..])
            throw new StorageException(reason.Errno, $"{left.Count} of {total} images stay in the trash; the first: {reason.Message}", reason);
    }

    private async Task<List<Refusal>> RemoveOnceAsync(List<Refusal> entries, int total, CancellationToken cancellationToken)
    {
        var left = new List<Refusal>();
        for (int i = 0; i < entries.Count; i++)
        {
            TrashRecord entry = entries[i].Entry;
            if (await TryRemoveAsync(entry, cancellationToken).ConfigureAwait(false) is { } reason)
                left.Add(new Refusal(entry, reason));
            progress?.Invoke((ulong)(total - left.Count - (entries.Count - 1 - i)), (ulong)total);
        }

        return left;
    }

    /// <returns>Why it can't be removed now; null: it is gone.</returns>
    private async Task<StorageException?> TryRemoveAsync(TrashRecord entry, CancellationToken cancellationToken)
    {
        try
        {
            await ImageTrash.RemoveAsync(io, entry.Id, force: true, null, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            return null; // somebody else was faster
        }
        catch (StorageException error) when (error.Errno is Errno.ENOTEMPTY or Errno.EBUSY or Errno.EMLINK)
        {
            return error;
        }
    }

    private sealed record Refusal(TrashRecord Entry, StorageException? Reason);
}
