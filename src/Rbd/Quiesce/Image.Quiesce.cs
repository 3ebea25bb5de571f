using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    private QuiesceWatches Quiescing => field ??= new QuiesceWatches(Pool.Logger, Description);

    /// <summary>
    /// Calls <paramref name="quiesce"/> before a snapshot is taken, by whomever, and <paramref name="unquiesce"/> after it. Both on a
    /// thread of the library, and both must return at once.
    /// </summary>
    /// <param name="quiesce">Must lead to <see cref="CompleteQuiesce"/>: the snapshot waits for it.</param>
    /// <returns>A handle to end it with.</returns>
    /// <exception cref="StorageException">EROFS: nobody asks a handle that is open read-only.</exception>
    public Task<ulong> AddQuiesceWatchAsync(Action quiesce, Action unquiesce, CancellationToken cancellationToken)
    {
        ThrowIfReadOnly();
        return Task.FromResult(Quiescing.Add(quiesce, unquiesce));
    }

    /// <exception cref="StorageException">ENOENT.</exception>
    public Task RemoveQuiesceWatchAsync(ulong handle)
    {
        Quiescing.Remove(handle);
        return Task.CompletedTask;
    }

    /// <param name="result">0, or a negative errno that fails the snapshot.</param>
    /// <exception cref="StorageException">ENOENT. EINVAL: nothing was asked.</exception>
    public void CompleteQuiesce(ulong handle, int result) => Quiescing.Complete(handle, result);

    /// <returns>0, or the negative errno that fails the freeze.</returns>
    private async Task<int> QuiesceAsync(Stored<FreezeRecord> freeze)
    {
        if (freeze.Value.SkipsQuiesce)
            return 0;
        int result = await Quiescing.QuiesceAsync(IsInForceAsync).ConfigureAwait(false);
        return freeze.Value.IgnoresQuiesceErrors ? 0 : result;

        async Task<bool> IsInForceAsync() =>
            await Pool.Records.GetAsync(freeze.Record.Key, CancellationToken.None).ConfigureAwait(false) is { } record
            && record.Revision == freeze.Record.Revision;
    }
}
