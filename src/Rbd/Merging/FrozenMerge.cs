using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Merges a frozen layer into the one below it, on volumes of its own: whoever has the image open, this process included, only follows
/// the records and reads.
/// </summary>
internal sealed class FrozenMerge(ImagePool pool, MergeSteps steps, MergeOptions options)
{
    /// <param name="sizeMax">Of the image and its snapshots, in bytes.</param>
    /// <returns>The claim on the volume to delete; null: it could not be brought to an end now.</returns>
    public async Task<Stored<VolumeClaim>?> RunAsync(LayerPair pair, ulong sizeMax, CancellationToken cancellationToken)
    {
        IVolume lower = await OpenAsync(pair.Lower, cancellationToken).ConfigureAwait(false);
        await using (lower.ConfigureAwait(false))
        {
            IVolume upper = await OpenAsync(pair.Upper, cancellationToken).ConfigureAwait(false);
            await using (upper.ConfigureAwait(false))
            {
                if (pair.IsUpward)
                    return await LiftAsync(pair, lower, upper, cancellationToken).ConfigureAwait(false);
                if (pair.Lower.Value.Kind == LayerKind.Plain)
                    await ExtendAsync(lower, pool.Volumes.Limits, sizeMax, cancellationToken).ConfigureAwait(false);
                LayerPair? announced = await steps.AnnounceAsync(pair, cancellationToken).ConfigureAwait(false);
                if (announced is null || !await MoveAsync(announced, lower, upper, cancellationToken).ConfigureAwait(false))
                    return null;
            }
        }

        return await steps.FinishAsync(pair, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes room in a plain volume before anybody hears of the merge, so that who follows it knows the volume's size for all that comes.
    /// </summary>
    public static async Task ExtendAsync(IVolume plain, VolumeLimits limits, ulong sizeMax, CancellationToken cancellationToken)
    {
        ulong wanted = limits.RoundUp(OverlayHeader.RoundUp(sizeMax, OverlayHeader.ClusterSize));
        await plain.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (plain.Size < wanted)
            await plain.ResizeAsync(wanted, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> MoveAsync(LayerPair pair, IVolume lower, IVolume upper, CancellationToken cancellationToken)
    {
        // Its volumes are closed by the caller.
        LayerStack stack = await LayerStack.OpenAsync(Sources(pair, lower, upper), LayerStackOptions.Default).ConfigureAwait(false);
        if (pair.Upper.Value.BelowOverlap is not null)
        {
            await stack.TrimAsync(lower).ConfigureAwait(false);
            if (await steps.LiftOverlapAsync(pair, cancellationToken).ConfigureAwait(false) is not { } lifted)
                return false;
            await stack.ArrangeAsync(Sources(lifted, lower, upper)).ConfigureAwait(false);
        }

        LayerMerge merge = await stack.BeginMergeAsync(upper, options).ConfigureAwait(false);
        await merge.RunAsync(cancellationToken).ConfigureAwait(false);
        return await merge.IsDoneAsync().ConfigureAwait(false);
    }

    // Nobody needs to know before its end: whoever looks into the lower layer finds the same there.
    private async Task<Stored<VolumeClaim>?> LiftAsync(LayerPair pair, IVolume lower, IVolume upper, CancellationToken cancellationToken)
    {
        LayerSource[] sources = Sources(pair, lower, upper);
        LayerStack stack = await LayerStack.OpenAsync([sources[0], sources[1] with { IsMerging = false }], LayerStackOptions.Default)
            .ConfigureAwait(false);
        LayerLift lift = await stack.BeginLiftAsync(upper, options).ConfigureAwait(false);
        await lift.RunAsync(cancellationToken).ConfigureAwait(false);
        return await lift.IsDoneAsync().ConfigureAwait(false)
            ? await steps.FinishAsync(pair, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private LayerSource[] Sources(LayerPair pair, IVolume lower, IVolume upper) =>
    [
        new LayerSource(
            lower,
            pool.Volumes.Limits,
            pair.Lower.Value.Kind == LayerKind.Overlay,
            Overlap: pair.Upper.Value.BelowOverlap ?? ulong.MaxValue),
        new LayerSource(upper, pool.Volumes.Limits, IsOverlay: true, IsMerging: true),
    ];

    private Task<IVolume> OpenAsync(ImageLayer layer, CancellationToken cancellationToken) =>
        pool.Volumes.OpenAsync(layer.Value.Path, readOnly: false, cancellationToken);
}
