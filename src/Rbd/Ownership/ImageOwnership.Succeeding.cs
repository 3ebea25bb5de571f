using CurveRbd.Store;

namespace CurveRbd.Rbd;

// Where writes may outlive their process, a lasting record tells who the last owner was: whoever succeeds it without having been
// handed the image first makes sure that nothing of it arrives any more.
public sealed partial class ImageOwnership
{
    private long _openedAfterFence;

    private bool WritesOutliveProcess => Pool.Volumes.LateWritesMax > TimeSpan.Zero;

    private void NoteAsLast(RecordTransaction transaction, OwnershipSight sight, OwnerRecord mine)
    {
        string key = Pool.Keys.LastOwner(_image.Id);
        if (sight.Last is { } last)
            transaction.Require(last.Record);
        else
            transaction.RequireAbsent(key);
        PutLast(transaction, mine);
    }

    private void PutLast(RecordTransaction transaction, OwnerRecord mine)
    {
        if (WritesOutliveProcess)
            transaction.Put(Pool.Keys.LastOwner(_image.Id), Stored.Serialize(mine, RbdJsonContext.Default.OwnerRecord));
    }

    /// <summary>
    /// Volumes that were open when the store fenced them do not take this handle's writes either. Who takes the image finds out then;
    /// who writes already, now.
    /// </summary>
    internal async Task FollowFenceAsync()
    {
        long fence = _image.FenceRevision;
        bool mayWrite = _state == OwnershipState.NotNeeded || (_state == OwnershipState.Owner && _image.Layers.FrozenRevision != 0);
        if (!mayWrite || _image.IsReadOnly || fence == _openedAfterFence)
            return;
        await _image.Layers.ReopenAsync().ConfigureAwait(false);
        _openedAfterFence = fence;
    }

    private async Task ReopenIfFencedAsync(Stored<OwnerRecord> mine)
    {
        if (!WritesOutliveProcess)
            return;
        try
        {
            Record? fence = await Pool.Records.GetAsync(Pool.Keys.OwnerFence(_image.Id), CancellationToken.None).ConfigureAwait(false);
            if (fence is null || fence.Revision == _openedAfterFence)
                return;
            await _image.Layers.ReopenAsync().ConfigureAwait(false);
            _openedAfterFence = fence.Revision;
        }
        catch
        {
            await DeleteQuietlyAsync(mine.Value).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ShutOutLastAsync(OwnershipSight sight, CancellationToken cancellationToken)
    {
        if (sight.Last is { } last && !IsMine(last.Value))
            await new OwnerExpulsion(Pool, _image.Id).ShutOutLastAsync(last, cancellationToken).ConfigureAwait(false);
    }

    // Nothing is heard of it: it died, or is cut off and may go on until its session ends.
    private async Task<bool> TryExpelAsync(Stored<OwnerRecord> owner, CancellationToken cancellationToken)
    {
        if (!await Pool.Records.IsSilentAsync(owner.Record.Session, cancellationToken).ConfigureAwait(false))
            return false;
        if (Pool.Volumes.CanFence)
            await new OwnerExpulsion(Pool, _image.Id).ExpelAsync(owner, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
