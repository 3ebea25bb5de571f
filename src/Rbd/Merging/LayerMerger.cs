namespace CurveRbd.Rbd;

/// <summary>
/// Drops and merges layers of one image that nobody needs any more, until there are none. Can stop anywhere; whoever comes next goes
/// on. The image is open for writing meanwhile, so that nobody removes it or renames its volume.
/// </summary>
internal sealed class LayerMerger(ImagePool pool, string imageId, MergeOptions options)
{
    /// <summary>Merges the head of an open image, if that may.</summary>
    public HeadMerge? Head { get; init; }

    private bool MayMergeHead => Head is { IsPossible: true };

    /// <summary>How long it waits for somebody who does not follow.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>false: something is left to do, because somebody else merges, does not follow, or has the head.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await DropAsync(pool, imageId, Patience, cancellationToken).ConfigureAwait(false);
        LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
        if (graph?.FindMerge(withHead: true) is null)
            return true;
        if (graph.FindMerge(withHead: MayMergeHead) is null)
            return false;

        MergeLease? lease = await MergeLease.TryTakeAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
        if (lease is null)
            return false;
        await using (lease.ConfigureAwait(false))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            return await RunAsync(lease, stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Drops what nothing leads to, and deletes the volumes as soon as everybody follows.</summary>
    /// <returns>false: some volumes are left with their claims, because somebody does not follow.</returns>
    public static async Task<bool> DropAsync(ImagePool pool, string imageId, TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
            if (graph is null || graph.FindUnreferenced().Count == 0)
                return true;
            Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
            await using (operation.ConfigureAwait(false))
            {
                IReadOnlyList<Stored<VolumeClaim>>? claims =
                    await LayerDropping.TryDropAsync(pool, graph, operation, cancellationToken).ConfigureAwait(false);
                if (claims is not null
                    && !await LayerDropping.DeleteVolumesAsync(pool, imageId, claims, patience, cancellationToken).ConfigureAwait(false))
                    return false;
            }
        }
    }

    private async Task<bool> RunAsync(MergeLease lease, CancellationToken cancellationToken)
    {
        while (true)
        {
            LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
            if (graph is null)
                return true;
            if (graph.FindMerge(withHead: MayMergeHead) is not { } pair)
                return graph.FindMerge(withHead: true) is null;
            if (await MergeAsync(lease, graph, pair, cancellationToken).ConfigureAwait(false) is not { } left
                || !await LayerDropping.DeleteVolumesAsync(pool, imageId, [left], Patience, cancellationToken).ConfigureAwait(false))
                return false;
        }
    }

    private Task<Stored<VolumeClaim>?> MergeAsync(MergeLease lease, LayerGraph graph, LayerPair pair, CancellationToken cancellationToken)
    {
        var steps = new MergeSteps(pool, imageId, lease, Patience);
        return graph.IsHead(pair.Upper)
            ? Head!.RunAsync(steps, pair, graph.SizeMax, options, cancellationToken)
            : new FrozenMerge(pool, steps, options).RunAsync(pair, graph.SizeMax, cancellationToken);
    }
}
