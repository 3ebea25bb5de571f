using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class ImageOwnership
{
    // In the background: something about the session, the record or the blocklist has changed.
    private async Task VerifyAsync()
    {
        if (_mine is not null && _state == OwnershipState.Other)
            await Task.Delay(_timing.RecheckInterval, _time, _closing.Token).ConfigureAwait(false); // its record could not be deleted
        await _changing.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            if (_mine is null)
                return;
            if (_state is OwnershipState.NotNeeded or OwnershipState.Other)
                await DeleteMineAsync().ConfigureAwait(false);
            else if (_fence.IsFenced)
                await AbandonAsync(_fence.Refusal()).ConfigureAwait(false);
            else if (!IsCertainOfLayers || !await IsStillMineAsync(_closing.Token).ConfigureAwait(false))
                await FindOutAsync(_closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    // In the background: until others know of this handle again. What waits for that goes on then.
    private async Task RejoinAsync()
    {
        while (!IsCertainOfLayers && !_fence.IsFenced)
        {
            Task news = NextNews();
            if (!await TryRejoinAsync().ConfigureAwait(false))
                await WaitAsync(news, _closing.Token).ConfigureAwait(false);
        }

        await ReadmitAsync().ConfigureAwait(false);
    }

    private async Task<bool> TryRejoinAsync()
    {
        await _changing.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            return _session.IsHeld && await TryFindOutAsync(_closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    // In the background: whoever put this client on the blocklist sees by the watcher's record when it has stopped.
    private async Task ObeyFenceAsync()
    {
        if (!_fence.IsFenced)
        {
            await RejoinAsync().ConfigureAwait(false);
            return;
        }

        await VerifyAsync().ConfigureAwait(false);
        await _image.Io.HoldAsync().ConfigureAwait(false);
        Volatile.Write(ref _joined, 0);
        _image.Io.Release(_image.StoredSize);
        await _image.WithdrawFencedAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> IsStillMineAsync(CancellationToken cancellationToken) =>
        await ReadOwnerAsync(cancellationToken).ConfigureAwait(false) is { } owner && owner.Record.Revision == _mine!.Record.Revision;

    /// <summary>Waits until it is known whether this handle is still the owner: it goes on as such, or stops being it.</summary>
    private async Task FindOutAsync(CancellationToken cancellationToken)
    {
        _state = OwnershipState.Unknown;
        while (_state == OwnershipState.Unknown)
        {
            Task news = NextNews();
            if (_fence.IsFenced)
                await AbandonAsync(_fence.Refusal()).ConfigureAwait(false);
            else if (!_session.IsHeld || !await TryFindOutAsync(cancellationToken).ConfigureAwait(false))
                await WaitAsync(news, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Follows what has changed, makes this handle known again, and finds out whether it is still the owner if it was.</summary>
    /// <returns>false: the store does not say.</returns>
    private async Task<bool> TryFindOutAsync(CancellationToken cancellationToken)
    {
        try
        {
            long session = _session.Id;
            if (!await _image.TryRejoinAsync(cancellationToken).ConfigureAwait(false))
                return false;
            if (_state is OwnershipState.NotNeeded or OwnershipState.Other)
                await GoOnAsync(session, _state).ConfigureAwait(false);
            else
                await FindOutAsync(session, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StorageException error) when (_image.IsRemoved)
        {
            _image.Io.Refuse(error);
            await AbandonAsync(error, _session.Id).ConfigureAwait(false);
            return true;
        }
        catch (StorageException error)
        {
            Log.OwnershipUnknown(Pool.Logger, _image.Description, error);
            return false;
        }
    }

    private async Task FindOutAsync(long session, CancellationToken cancellationToken)
    {
        OwnershipSight sight = await OwnershipSight.ReadAsync(Pool, _image.Id, cancellationToken).ConfigureAwait(false);
        if (await TryGoOnAsync(sight, cancellationToken).ConfigureAwait(false) is not { } mine)
        {
            await AbandonAsync(TakenAway(sight.Owner?.Value), session).ConfigureAwait(false);
            return;
        }

        _mine = mine;
        await GoOnAsync(session, OwnershipState.Owner).ConfigureAwait(false);
    }

    /// <returns>The record, in the session as it is now; null: somebody else has been the owner, or may have been.</returns>
    private async Task<Stored<OwnerRecord>?> TryGoOnAsync(OwnershipSight sight, CancellationToken cancellationToken)
    {
        bool isBroken = sight.Owner?.Value.IsBroken == true;
        bool isThere = sight.Owner?.Record.Revision == _mine!.Record.Revision;
        bool wasLast = sight.Owner is null && sight.Last?.Record.Revision == _mine!.Record.Revision;
        if (isBroken || !(isThere || wasLast))
            return null;
        if (isThere && sight.Owner!.Record.Session == _session.Id)
            return _mine;

        OwnerRecord mine = _mine.Value;
        RecordTransaction transaction = Put(new RecordTransaction(), OwnerKey, mine)
            .Require(_image.FollowedHeader); // the layers are arranged as it says
        if (isThere)
            transaction.Require(sight.Owner!.Record);
        else
            transaction.RequireAbsent(OwnerKey);
        NoteAsLast(transaction, sight, mine);
        RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            throw new StorageException(Errno.EAGAIN, "somebody else was at it in this moment");
        return new Stored<OwnerRecord>(new Record(OwnerKey, default, commit.Revision, _session.Id), mine);
    }

    /// <param name="session">In which others know of this handle.</param>
    private async Task GoOnAsync(long session, OwnershipState state)
    {
        ImageIo io = _image.Io;
        await io.HoldAsync().ConfigureAwait(false);
        Volatile.Write(ref _joined, session);
        _state = state;
        io.Report(null);
        io.Release(_image.StoredSize);
    }

    private StorageException TakenAway(OwnerRecord? by) => new(
        Errno.ESHUTDOWN,
        by is null
            ? $"image {_image.Description}: this client's session was lost, and with it the right to write; what it wrote since is not certain"
            : $"image {_image.Description} was taken over by {by.Client} at {by.Address} while this client could not be reached; what it wrote since is not certain");
}
