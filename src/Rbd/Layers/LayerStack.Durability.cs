namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    /// <summary>Makes data durable, then the entries that point at it. Any number of callers share one run.</summary>
    public ValueTask FlushAsync() => _single is { } plain ? plain.Volume.FlushAsync() : new ValueTask(_commit.RunAsync());

    private async Task CommitAsync()
    {
        TableCommit[] commits = [.. _blocks.GetDirty().Select(block => block.BeginCommit())];
        try
        {
            // What the copied entries point at has been written before they were set: it is in this flush, whatever comes later.
            if (commits.Length > 0)
                await FlushVolumesAsync(layer => !layer.Source.Limits.WritesAreDurable).ConfigureAwait(false);
            await Task.WhenAll(commits.Select(commit => commit.WriteAsync())).ConfigureAwait(false);
            await FlushVolumesAsync(_ => true).ConfigureAwait(false);
        }
        catch
        {
            foreach (TableCommit commit in commits)
                commit.Block.AbandonCommit(commit);
            throw;
        }

        foreach (TableCommit commit in commits)
            await commit.Block.EndCommitAsync(commit).ConfigureAwait(false);
    }

    private Task FlushVolumesAsync(Func<Layer, bool> isWanted) =>
        Task.WhenAll(_writable.Where(isWanted).Select(layer => layer.Volume.FlushAsync().AsTask()));

    private async ValueTask LimitDirtyAsync()
    {
        if (_blocks.DirtyCount > _options.DirtyBlocksMax)
            await _commit.RunAsync().ConfigureAwait(false);
    }
}
