using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// What differs between two states of an image, told from their tables alone: exact to a cluster. Data of a plain layer is reported
/// as its store knows it.
/// </summary>
/// <param name="from">The earlier state; null: an image that was never written to.</param>
/// <param name="fromSize">Of the earlier state, in bytes: what lies beyond is new.</param>
internal sealed class LayerDiff(LayerStack? from, ulong fromSize, LayerStack to)
{
    // Of a plain volume, or where no overlay holds anything: so that no step takes long.
    private const ulong StepMax = 64UL << 30;

    /// <summary>How far one <see cref="ReadStepAsync"/> may go from <paramref name="offset"/> on.</summary>
    public async ValueTask<ulong> FindEndOfStepAsync(ulong offset)
    {
        ulong end = Math.Min(await to.FindEndOfRunsAsync(offset).ConfigureAwait(false), offset + StepMax);
        return from is not null && offset < fromSize
            ? Math.Min(Math.Min(end, await from.FindEndOfRunsAsync(offset).ConfigureAwait(false)), fromSize)
            : end;
    }

    /// <summary>The differences in [offset, end): ascending and disjoint.</summary>
    /// <param name="end">At most what <see cref="FindEndOfStepAsync"/> has found.</param>
    /// <param name="isCounted">
    /// Which layers count where there is no earlier state: without those of its parent, an image differs in what it holds itself.
    /// </param>
    public async Task<List<LayerDiffExtent>> ReadStepAsync(ulong offset, ulong end, Predicate<VolumePath> isCounted)
    {
        var found = new List<LayerDiffExtent>();
        List<ContentRun> after = await to.ReadRunsAsync(offset, end).ConfigureAwait(false);
        if (from is not null && offset < fromSize)
        {
            await CompareAsync(found, await from.ReadRunsAsync(offset, end).ConfigureAwait(false), after).ConfigureAwait(false);
            return found;
        }

        foreach (ContentRun run in after)
        {
            if (from is not null || isCounted(run.Volume))
                await ReportAsync(found, run, withHoles: run.Kind == LayerContentKind.Zeros).ConfigureAwait(false);
        }

        return found;
    }

    private async ValueTask CompareAsync(List<LayerDiffExtent> found, List<ContentRun> before, List<ContentRun> after)
    {
        int earlier = 0;
        foreach (ContentRun run in after)
        {
            for (ulong offset = run.Offset, next; offset < run.End; offset = next)
            {
                while (before[earlier].End <= offset)
                    earlier++;
                next = Math.Min(run.End, before[earlier].End);
                if (!before[earlier].IsSameAs(run))
                    await ReportAsync(found, run.Cut(offset, next), withHoles: !before[earlier].IsHole).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ReportAsync(List<LayerDiffExtent> found, ContentRun run, bool withHoles)
    {
        ulong offset = run.Offset;
        if (run.Kind == LayerContentKind.Cluster)
            found.Add(new LayerDiffExtent(offset, run.Length, Exists: true));
        if (run.Kind == LayerContentKind.Plain)
            offset = await ReportDataAsync(found, run, withHoles).ConfigureAwait(false);
        if (withHoles && run.Kind != LayerContentKind.Cluster && offset < run.End)
            found.Add(new LayerDiffExtent(offset, run.End - offset, Exists: false));
    }

    /// <returns>Where the last data ends.</returns>
    private async ValueTask<ulong> ReportDataAsync(List<LayerDiffExtent> found, ContentRun run, bool withHoles)
    {
        ulong offset = run.Offset;
        while (await to.NextWholeDataAsync(offset, run.End).ConfigureAwait(false) is { } data)
        {
            if (withHoles && data.Offset > offset)
                found.Add(new LayerDiffExtent(offset, data.Offset - offset, Exists: false));
            found.Add(new LayerDiffExtent(data.Offset, data.Length, Exists: true));
            offset = data.End;
        }

        return offset;
    }
}
