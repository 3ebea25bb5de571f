using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Merges the head of an open image into the layer below it, while the image is written to: what the head does not hold yet goes to
/// the layer below at once. Only for who alone writes to the head.
/// </summary>
internal sealed class HeadMerge(Image image)
{
    // So many clusters may be left to a last pass, for which requests are held back.
    private const long LastPassClusters = 64;
    private const int PassesMax = 20;

    private volatile bool _isPaused;

    /// <summary>Whether the handle may merge its head as it is.</summary>
    public bool IsPossible => !_isPaused && image.IsWritable && image.Ownership.IsWriter;

    /// <summary>Becomes the one who writes to the head, if nobody is.</summary>
    public Task TryTakeAsync(CancellationToken cancellationToken) => image.Ownership.TryTakeAsync(cancellationToken);

    /// <returns>The claim on the volume to delete; null: it could not be brought to an end now.</returns>
    public async Task<Stored<VolumeClaim>?> RunAsync(
        MergeSteps steps, LayerPair pair, ulong sizeMax, MergeOptions options, CancellationToken cancellationToken)
    {
        if (!IsPossible)
            return null;
        try
        {
            if (pair.IsUpward)
                return await LiftAsync(steps, pair, options, cancellationToken).ConfigureAwait(false);
            if (pair.Lower.Value.Kind == LayerKind.Plain)
                await ExtendAsync(pair.Lower, sizeMax, cancellationToken).ConfigureAwait(false);
            return await steps.AnnounceAsync(pair, cancellationToken).ConfigureAwait(false) is { } announced
                && await LiftOverlapAsync(steps, announced, cancellationToken).ConfigureAwait(false)
                && await MoveAsync(announced, options, cancellationToken).ConfigureAwait(false)
                ? await FinishAsync(steps, announced, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (StorageException error) when (error.Errno == Errno.EAGAIN)
        {
            return null; // the layers are others by now
        }
        finally
        {
            await AbandonAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Another is to write to the head: no cluster moves until <see cref="Resume"/>. Waits for those that are under way.</summary>
    public Task PauseAsync()
    {
        _isPaused = true;
        return image.Layers.EndMoveAsync();
    }

    public void Resume() => _isPaused = false;

    private Task<bool> ExtendAsync(ImageLayer lower, ulong sizeMax, CancellationToken cancellationToken) => InOrderAsync(
        async (stack, token) =>
        {
            await FrozenMerge.ExtendAsync(VolumeOf(stack, lower), image.Pool.Volumes.Limits, sizeMax, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task<bool> LiftOverlapAsync(MergeSteps steps, LayerPair pair, CancellationToken cancellationToken)
    {
        if (pair.Upper.Value.BelowOverlap is null)
            return true;
        await InOrderAsync(
            async (stack, _) =>
            {
                await stack.TrimAsync(VolumeOf(stack, pair.Lower)).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return await steps.LiftOverlapAsync(pair, cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <returns>false: it must not go on.</returns>
    private async Task<bool> MoveAsync(LayerPair pair, MergeOptions options, CancellationToken cancellationToken)
    {
        for (int pass = 0; pass < PassesMax && !_isPaused; pass++)
        {
            long moved = await InOrderAsync((stack, token) => PassAsync(stack, pair, options, token), cancellationToken).ConfigureAwait(false);
            if (moved <= LastPassClusters)
                break;
        }

        return !_isPaused;
    }

    /// <returns>How many clusters have moved.</returns>
    private static async Task<long> PassAsync(LayerStack stack, LayerPair pair, MergeOptions options, CancellationToken interrupted)
    {
        LayerMerge merge = await stack.BeginMergeAsync(VolumeOf(stack, pair.Upper), options).ConfigureAwait(false);
        try
        {
            await merge.RunAsync(interrupted).ConfigureAwait(false);
            return merge.MovedCount;
        }
        catch (OperationCanceledException)
        {
            return long.MaxValue; // the order of the layers changes: there is more to do
        }
    }

    // Most of it beside requests, what is left while they are held back.
    private async Task<Stored<VolumeClaim>?> LiftAsync(
        MergeSteps steps, LayerPair pair, MergeOptions options, CancellationToken cancellationToken)
    {
        await InOrderAsync((stack, token) => LiftAsync(stack, pair, options, token), cancellationToken).ConfigureAwait(false);
        Stored<VolumeClaim> left = await steps.FinishHeadAsync(
            pair,
            _ => InOrderAsync((stack, token) => LiftAsync(stack, pair, MergeOptions.Default, token), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        await image.SettleAsync(left.Record.Revision).ConfigureAwait(false);
        return left;
    }

    /// <returns>Whether nothing is left.</returns>
    private async Task<bool> LiftAsync(LayerStack stack, LayerPair pair, MergeOptions options, CancellationToken interrupted)
    {
        LayerLift lift = await stack.BeginLiftAsync(VolumeOf(stack, pair.Upper), options).ConfigureAwait(false);
        await lift.RunAsync(interrupted).ConfigureAwait(false);
        return !_isPaused && await lift.IsDoneAsync().ConfigureAwait(false);
    }

    private async Task<Stored<VolumeClaim>?> FinishAsync(MergeSteps steps, LayerPair pair, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim> left = await steps.FinishHeadAsync(pair, MoveRestAsync, cancellationToken).ConfigureAwait(false);
        await image.SettleAsync(left.Record.Revision).ConfigureAwait(false);
        return left;

        Task<bool> MoveRestAsync(ImageRecords records) => InOrderAsync(
            async (stack, token) =>
            {
                // The image may have grown since the merge began.
                if (pair.Lower.Value.Kind == LayerKind.Plain)
                    await FrozenMerge.ExtendAsync(VolumeOf(stack, pair.Lower), image.Pool.Volumes.Limits, new LayerGraph(records).SizeMax, token).ConfigureAwait(false);
                LayerMerge merge = await stack.BeginMergeAsync(VolumeOf(stack, pair.Upper), MergeOptions.Default).ConfigureAwait(false);
                await merge.RunAsync(token).ConfigureAwait(false);
                return !_isPaused && await merge.IsDoneAsync().ConfigureAwait(false);
            },
            cancellationToken);
    }

    // What was not finished is taken up again by who comes next; until then the head takes what is written.
    private Task AbandonAsync() => image.Layers.ChangeAsync(stack =>
    {
        stack.AbandonMerge();
        return Task.CompletedTask;
    });

    private async Task<T> InOrderAsync<T>(Func<LayerStack, CancellationToken, Task<T>> move, CancellationToken cancellationToken)
    {
        try
        {
            T result = await image.Layers.MoveAsync(move, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageException(Errno.EAGAIN, $"image {image.Description}: its layers change");
        }
    }

    private static IVolume VolumeOf(LayerStack stack, ImageLayer layer) =>
        stack.Layers.FirstOrDefault(source => source.Volume.Path == layer.Value.Path)?.Volume
        ?? throw new StorageException(Errno.EAGAIN, $"layer {layer.Value.Path} is no part of the image {stack.Path} any more");
}
