using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// What differs between two states of an image, told from their tables alone: exact to a cluster. Data of a plain layer is reported
/// as its store knows it.
/// </summary>
/// <param name="from">The earlier state; null: an image that was never written to.</param>
internal sealed class LayerDiff(LayerStack? from, LayerStack to)
{
    /// <summary>The differences in [offset, end): ascending, disjoint, neighbours of one kind joined.</summary>
    /// <param name="isCounted">
    /// Which layers count where there is no earlier state: without those of its parent, an image differs in what it holds itself.
    /// </param>
    public async IAsyncEnumerable<LayerDiffExtent> ReadAsync(
        ulong offset, ulong end, Predicate<VolumePath> isCounted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LayerDiffExtent pending = default;
        for (ulong start = offset; start < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ulong regionEnd = Math.Min(end, (LayerMap.RegionOf(start) + 1) * OverlayHeader.RegionSize);
            foreach (LayerDiffExtent found in await ReadRegionAsync(start, regionEnd, isCounted).ConfigureAwait(false))
            {
                if (found.Exists == pending.Exists && found.Offset == pending.End)
                {
                    pending = pending with { Length = pending.Length + found.Length };
                    continue;
                }

                if (pending.Length > 0)
                    yield return pending;
                pending = found;
            }

            start = regionEnd;
        }

        if (pending.Length > 0)
            yield return pending;
    }

    private async Task<List<LayerDiffExtent>> ReadRegionAsync(ulong offset, ulong end, Predicate<VolumePath> isCounted)
    {
        ClusterContent[] after = await to.ReadContentAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
        ClusterContent[]? before = from is null ? null : await from.ReadContentAsync(LayerMap.RegionOf(offset)).ConfigureAwait(false);
        var found = new List<LayerDiffExtent>();
        for (ulong next; offset < end; offset = next)
        {
            next = Math.Min(end, (offset | (OverlayHeader.ClusterSize - 1)) + 1);
            ClusterContent content = after[LayerMap.ClusterIn(offset)];
            if (before is not null)
                await CompareAsync(found, before[LayerMap.ClusterIn(offset)], content, offset, next).ConfigureAwait(false);
            else if (isCounted(content.Volume))
                await ReportAsync(found, content, offset, next).ConfigureAwait(false);
        }

        return found;
    }

    private async ValueTask CompareAsync(
        List<LayerDiffExtent> found, ClusterContent before, ClusterContent after, ulong offset, ulong end)
    {
        if (before.IsSameAs(after))
            return;
        bool exists = after.Kind == LayerContentKind.Plain
            ? await to.NextDataAsync(offset, end).ConfigureAwait(false) is not null
            : !after.IsHole;
        found.Add(new LayerDiffExtent(offset, end - offset, exists));
    }

    private async ValueTask ReportAsync(List<LayerDiffExtent> found, ClusterContent content, ulong offset, ulong end)
    {
        if (content.Kind is LayerContentKind.Zeros or LayerContentKind.Cluster)
            found.Add(new LayerDiffExtent(offset, end - offset, content.Kind == LayerContentKind.Cluster));
        if (content.Kind != LayerContentKind.Plain)
            return;
        while (offset < end && await to.NextDataAsync(offset, end).ConfigureAwait(false) is { } data)
        {
            found.Add(new LayerDiffExtent(data.Offset, data.Length, Exists: true));
            offset = data.End;
        }
    }
}
