using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class ImageOwnership
{
    private long _takenAt;

    /// <summary>Waits until this handle may write: the owner hands over, or nobody owns the image.</summary>
    /// <exception cref="StorageException">EROFS; ETIMEDOUT; ESHUTDOWN.</exception>
    internal Task TakeAsync(CancellationToken cancellationToken) => TakeAsync(isExplicit: false, cancellationToken);

    /// <summary>Takes the image if it needs an owner and has none; leaves it else.</summary>
    internal async Task TryTakeAsync(CancellationToken cancellationToken)
    {
        if (_state != OwnershipState.Other || !_takesByItself || !_image.IsWritable
            || await ReadOwnerAsync(cancellationToken).ConfigureAwait(false) is not null)
            return;
        try
        {
            await TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno is Errno.EROFS or Errno.EBUSY or Errno.ETIMEDOUT)
        {
            // Somebody else's, since a moment.
        }
    }

    private async Task TakeAsync(bool isExplicit, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _changing.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                await TakeInTurnAsync(isExplicit, either.Token).ConfigureAwait(false);
            }
            finally
            {
                _changing.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"image {_image.Description} is closed");
        }
    }

    private async Task TakeInTurnAsync(bool isExplicit, CancellationToken cancellationToken)
    {
        if (isExplicit)
            ThrowUnlessFeatureOn();
        while (!isExplicit ? _state is not (OwnershipState.Owner or OwnershipState.NotNeeded) : _state != OwnershipState.Owner || !_mine!.Value.IsExplicit)
        {
            if (_state == OwnershipState.Unknown)
                await FindOutAsync(cancellationToken).ConfigureAwait(false);
            else if (_state == OwnershipState.Owner)
                await KeepAsync(cancellationToken).ConfigureAwait(false);
            else
                await BeginAsync(await WaitInLineAsync(isExplicit, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <summary>Of an owner that would hand over, makes one that does not.</summary>
    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        OwnerRecord kept = _mine!.Value with { IsExplicit = true };
        RecordCommit commit = await Pool.Records.CommitAsync(
            Keep(_mine.Record, kept), cancellationToken).ConfigureAwait(false);
        if (commit.Succeeded)
            _mine = new Stored<OwnerRecord>(_mine.Record with { Revision = commit.Revision }, kept);
        else
            await FindOutAsync(cancellationToken).ConfigureAwait(false);
    }

    private RecordTransaction Keep(Record mine, OwnerRecord kept)
    {
        RecordTransaction transaction = Put(new RecordTransaction().Require(mine), OwnerKey, kept);
        PutLast(transaction, kept);
        return transaction;
    }

    private async Task<Stored<OwnerRecord>> WaitInLineAsync(bool isExplicit, CancellationToken cancellationToken)
    {
        string place = $"{Pool.Keys.OwnerRequests(_image.Id)}{_session.Id}.{_cookie}";
        var line = new OwnershipLine(_timing, _time);
        bool isInLine = false;
        try
        {
            while (true)
            {
                _fence.ThrowIfFenced();
                Task news = NextNews();
                if (!IsCertainOfLayers)
                {
                    line.ThrowIfTooLong(_image.Description);
                    if (!_session.IsHeld || !await TryFindOutAsync(cancellationToken).ConfigureAwait(false))
                        await WaitAsync(news, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                await _image.RefreshAsync(cancellationToken).ConfigureAwait(false);
                OwnershipSight sight = await OwnershipSight.ReadAsync(Pool, _image.Id, cancellationToken).ConfigureAwait(false);
                ThrowIfKept(sight);
                if (line.IsNext(sight, place) || sight.Owner is { Value.IsBroken: false } left && IsMine(left.Value))
                {
                    await ThrowIfLockedAsync(cancellationToken).ConfigureAwait(false);
                    await ShutOutLastAsync(sight, cancellationToken).ConfigureAwait(false);
                    if (await TryTakeAsync(sight, place, isExplicit, cancellationToken).ConfigureAwait(false) is { } mine)
                        return mine;
                    await _image.CatchUpAsync(cancellationToken).ConfigureAwait(false); // the header may be another by now
                }
                else if (!isInLine)
                {
                    await Pool.Records.CommitAsync(
                        Put(new RecordTransaction(), place, NewRecord(isExplicit)), cancellationToken).ConfigureAwait(false);
                    isInLine = true;
                }
                else
                {
                    // One that does not answer because it is gone is waited for until its session ends, if the store can't shut it out.
                    if (!line.IsSlow(sight) || !await TryExpelAsync(sight.Owner!, cancellationToken).ConfigureAwait(false))
                        line.ThrowIfTooLong(sight, _image.Description);
                    await WaitAsync(news, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch when (isInLine)
        {
            await LeaveLineAsync(place).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Stored<OwnerRecord>?> TryTakeAsync(
        OwnershipSight sight, string place, bool isExplicit, CancellationToken cancellationToken)
    {
        OwnerRecord mine = NewRecord(isExplicit);
        RecordTransaction transaction = Put(new RecordTransaction(), OwnerKey, mine)
            .Require(_image.FollowedHeader) // the layers are arranged as it says
            .RequireAbsent(Pool.Keys.Lock(_image.Id))
            .Delete(place);
        foreach (Stored<OwnerRecord> passedOver in await FindSilentAheadAsync(sight, place, cancellationToken).ConfigureAwait(false))
            transaction.Delete(passedOver.Record.Key);
        if (sight.Owner is { } own)
            transaction.Require(own.Record);
        else
            transaction.RequireAbsent(OwnerKey);
        NoteAsLast(transaction, sight, mine);
        try
        {
            RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            return commit.Succeeded
                ? new Stored<OwnerRecord>(new Record(OwnerKey, default, commit.Revision, _session.Id), mine)
                : null;
        }
        catch (StorageException)
        {
            await DeleteQuietlyAsync(mine).ConfigureAwait(false); // it may have succeeded all the same
            throw;
        }
    }

    // Each of them would cost whoever comes next the same patience until its session ends.
    private async Task<IReadOnlyList<Stored<OwnerRecord>>> FindSilentAheadAsync(
        OwnershipSight sight, string place, CancellationToken cancellationToken)
    {
        var silent = new List<Stored<OwnerRecord>>();
        foreach (Stored<OwnerRecord> ahead in sight.Waiting.TakeWhile(ahead => !string.Equals(ahead.Record.Key, place, StringComparison.Ordinal)).Take(8))
        {
            if (await Pool.Records.IsSilentAsync(ahead.Record.Session, cancellationToken).ConfigureAwait(false))
                silent.Add(ahead);
        }

        return silent;
    }

    private async Task BeginAsync(Stored<OwnerRecord> mine)
    {
        ImageIo io = _image.Io;
        await ReopenIfFencedAsync(mine).ConfigureAwait(false);
        await io.HoldAsync().ConfigureAwait(false);
        try
        {
            await _image.Volume.OwnAsync().ConfigureAwait(false);
            _mine = mine;
            _takenAt = _time.GetTimestamp();
            _state = _image.NeedsOwner ? OwnershipState.Owner : OwnershipState.NotNeeded;
        }
        catch
        {
            await DeleteQuietlyAsync(mine.Value).ConfigureAwait(false);
            throw;
        }
        finally
        {
            io.Release(_image.StoredSize);
        }

        Taken();
        Wake(OwnershipWish.HandOver | OwnershipWish.Verify); // what came before this handle was the owner was not for it
    }

    private void ThrowIfKept(OwnershipSight sight)
    {
        if (sight.Owner is { Value.IsExplicit: true } owner && !IsMine(owner.Value))
            throw KeptBy(owner.Value);
    }

    // On such an image the advisory lock and the owner are one lock.
    private async Task ThrowIfLockedAsync(CancellationToken cancellationToken)
    {
        if (!IsFeatureOn)
            return;
        Stored<AdvisoryLockRecord>? held = await Pool.GetAsync(
            Pool.Keys.Lock(_image.Id), RbdJsonContext.Default.AdvisoryLockRecord, cancellationToken).ConfigureAwait(false);
        if (held is { Value.Holders: [var holder, ..] })
        {
            throw new StorageException(
                Errno.EBUSY, $"image {_image.Description} is locked by {holder.Client} with the cookie '{holder.Cookie}': remove that lock (rbd lock rm)");
        }
    }

    private async Task LeaveLineAsync(string place)
    {
        try
        {
            await Cluster.Stores.Records.CommitAsync(new RecordTransaction().Delete(place), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // It goes with the session, and nobody waits for it longer than for a moment.
        }
    }

    private RecordTransaction Put(RecordTransaction transaction, string key, OwnerRecord record) =>
        transaction.Put(key, Stored.Serialize(record, RbdJsonContext.Default.OwnerRecord), _session.Id);
}
