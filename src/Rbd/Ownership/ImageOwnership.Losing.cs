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
            else if (!_session.IsHeld || !await IsStillMineAsync(_closing.Token).ConfigureAwait(false))
                await FindOutAsync(_closing.Token).ConfigureAwait(false);
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
            await _image.AcknowledgeAsync().ConfigureAwait(false);
            return;
        }

        await VerifyAsync().ConfigureAwait(false);
        await _image.Io.HoldAsync().ConfigureAwait(false);
        _image.Io.Release(_image.Size);
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

    /// <returns>false: the store does not say.</returns>
    private async Task<bool> TryFindOutAsync(CancellationToken cancellationToken)
    {
        try
        {
            OwnershipSight sight = await OwnershipSight.ReadAsync(Pool, _image.Id, cancellationToken).ConfigureAwait(false);
            if (await TryGoOnAsync(sight, cancellationToken).ConfigureAwait(false) is { } mine)
                await GoOnAsync(mine).ConfigureAwait(false);
            else
                await AbandonAsync(TakenAway(sight.Owner?.Value)).ConfigureAwait(false);
            return true;
        }
        catch (StorageException error)
        {
            Log.OwnershipUnknown(Pool.Logger, _image.Description, error);
            return false;
        }
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
        RecordTransaction transaction = Put(new RecordTransaction(), OwnerKey, mine);
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

    private async Task GoOnAsync(Stored<OwnerRecord> mine)
    {
        ImageIo io = _image.Io;
        await io.HoldAsync().ConfigureAwait(false);
        _mine = mine;
        _state = OwnershipState.Owner;
        io.Report(null);
        io.Release(_image.Size);
    }

    private StorageException TakenAway(OwnerRecord? by) => new(
        Errno.ESHUTDOWN,
        by is null
            ? $"image {_image.Description}: this client's session was lost, and with it the right to write; what it wrote since is not certain"
            : $"image {_image.Description} was taken over by {by.Client} at {by.Address} while this client could not be reached; what it wrote since is not certain");
}
