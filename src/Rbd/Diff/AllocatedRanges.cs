using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The ranges of a volume that may hold data: ascending, disjoint, neighbours joined.</summary>
/// <param name="blockSize">The store's, in bytes: it is asked in whole blocks.</param>
/// <param name="granularity">Ranges are rounded outwards to it, in bytes; 1 = as the store reports them.</param>
internal sealed class AllocatedRanges(IVolume volume, int blockSize, ulong granularity)
{
    /// <summary>The ranges of an image's volume in [from, end), also beyond the image's end.</summary>
    public static async Task<IReadOnlyList<VolumeExtent>> ListAsync(Image image, ulong from, ulong end)
    {
        var ranges = new List<VolumeExtent>();
        if (from < end)
        {
            var walk = new AllocatedRanges(image.Volume, image.Pool.Volumes.Limits.BlockSize, granularity: 1);
            await walk.ReportAsync(new VolumeExtent(from, end - from), Add, CancellationToken.None).ConfigureAwait(false);
        }

        return ranges;

        int Add(ulong offset, ulong length, bool exists)
        {
            ranges.Add(new VolumeExtent(offset, length));
            return 0;
        }
    }

    public async Task ReportAsync(VolumeExtent window, DiffCallback callback, CancellationToken cancellationToken)
    {
        VolumeExtent? pending = null;
        await foreach (VolumeExtent range in WalkAsync(window, cancellationToken).ConfigureAwait(false))
        {
            if (pending is { } earlier && earlier.End >= range.Offset)
            {
                pending = new VolumeExtent(earlier.Offset, Math.Max(earlier.End, range.End) - earlier.Offset);
                continue;
            }

            Report(pending, callback);
            pending = range;
        }

        Report(pending, callback);
    }

    private async IAsyncEnumerable<VolumeExtent> WalkAsync(
        VolumeExtent window, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What lies before the window decides about its first object too.
        ulong end = RoundUp(window.End, granularity);
        ulong next = window.Offset - window.Offset % granularity;
        while (next < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await NextDataAsync(next, end).ConfigureAwait(false) is not { } found)
                yield break;
            ulong foundEnd = RoundUp(found.End, granularity);
            ulong from = Math.Max(found.Offset - found.Offset % granularity, window.Offset);
            ulong to = Math.Min(foundEnd, window.End);
            if (from < to)
                yield return new VolumeExtent(from, to - from);
            next = Math.Max(foundEnd, next + 1);
        }
    }

    private ValueTask<VolumeExtent?> NextDataAsync(ulong from, ulong end)
    {
        ulong start = from - from % (ulong)blockSize;
        ulong stop = Math.Min(RoundUp(end, (ulong)blockSize), volume.Size);
        return start < stop ? volume.NextDataAsync(start, stop) : new ValueTask<VolumeExtent?>((VolumeExtent?)null);
    }

    private static ulong RoundUp(ulong value, ulong unit)
    {
        ulong rest = value % unit;
        return rest == 0 || value > ulong.MaxValue - unit ? value : value + unit - rest;
    }

    private static void Report(VolumeExtent? range, DiffCallback callback)
    {
        if (range is not { } found)
            return;
        int answer = callback(found.Offset, found.Length, exists: true);
        if (answer < 0)
            throw new CallbackAbortedException(answer);
    }
}
