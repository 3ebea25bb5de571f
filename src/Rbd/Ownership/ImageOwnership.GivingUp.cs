using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class ImageOwnership
{
    /// <summary>Gives the image up if this handle owns it: it goes to a snapshot, or the image needs no owner any more.</summary>
    internal async Task LeaveAsync()
    {
        await _changing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_state == OwnershipState.Owner)
                await GiveUpAsync().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The layers or features have changed. No request runs: they are held.</summary>
    /// <param name="isNeeded">Whether only an owner may write from now on.</param>
    internal async Task AdaptAsync(bool isNeeded)
    {
        if (isNeeded && _state == OwnershipState.NotNeeded)
        {
            await _image.Volume.ShareAsync().ConfigureAwait(false);
            _state = OwnershipState.Other;
        }
        else if (!isNeeded && _state != OwnershipState.NotNeeded)
        {
            _state = OwnershipState.NotNeeded;
        }

        if (!isNeeded && _mine is not null)
            Wake(OwnershipWish.Verify);
    }

    // In the background, because somebody asked.
    private async Task HandOverAsync()
    {
        if (_state != OwnershipState.Owner || !await IsAskedForAsync().ConfigureAwait(false))
            return;
        await FinishTurnAsync().ConfigureAwait(false);
        await _changing.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            if (_state == OwnershipState.Owner && !_mine!.Value.IsExplicit)
                await GiveUpAsync().ConfigureAwait(false);
        }
        catch (StorageException)
        {
            Wake(OwnershipWish.HandOver); // after the pause that follows a failure
            throw;
        }
        finally
        {
            _changing.Release();
        }
    }

    private ValueTask<bool> IsAskedForAsync() => Pool.AnyAsync(Pool.Keys.OwnerRequests(_image.Id), _closing.Token);

    // Until the turn is over, or nothing has been written for a moment.
    private async Task FinishTurnAsync()
    {
        long seen = -1;
        for (long count = _image.Io.MutationCount; count != seen && _time.GetElapsedTime(_takenAt) < _timing.Turn; count = _image.Io.MutationCount)
        {
            seen = count;
            await Task.Delay(_timing.IdleTime, _time, _closing.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Sees through what was begun, makes it durable, forgets the layers' tables, and lets others write.</summary>
    private async Task GiveUpAsync()
    {
        _state = OwnershipState.Leaving;
        try
        {
            await Leaving().ConfigureAwait(false);
            await HoldAndShareAsync().ConfigureAwait(false);
        }
        catch
        {
            if (_state == OwnershipState.Leaving)
                _state = OwnershipState.Owner;
            throw;
        }
    }

    private async Task HoldAndShareAsync()
    {
        ImageIo io = _image.Io;
        await io.HoldAsync().ConfigureAwait(false);
        try
        {
            if (_state != OwnershipState.Leaving)
                return;
            if (!IsCertainOfLayers)
                throw new StorageException(Errno.EAGAIN, $"image {_image.Description}: the session was lost, it is not known whose the image is");
            await _image.Volume.FlushAsync().ConfigureAwait(false);
            await _image.Volume.ShareAsync().ConfigureAwait(false);
            _state = OwnershipState.Other;
            await DeleteMineAsync().ConfigureAwait(false);
        }
        finally
        {
            io.Release(_image.StoredSize);
        }
    }

    private async Task DeleteMineAsync()
    {
        try
        {
            var transaction = new RecordTransaction().Require(_mine!.Record).Delete(OwnerKey).Delete(Pool.Keys.LastOwner(_image.Id));
            await Pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
            _mine = null;
        }
        catch (StorageException error)
        {
            // Others wait for it: it is tried again, and goes with the session at the latest.
            Log.OwnershipNotWithdrawn(Pool.Logger, _image.Description, error);
            Wake(OwnershipWish.Verify);
        }
    }

    /// <summary>
    /// Somebody else may be the writer by now: what is not durable is given up, and what was done meanwhile is reported as failed.
    /// </summary>
    /// <param name="session">In which others know of this handle; 0: they don't.</param>
    private async Task AbandonAsync(StorageException error, long session = 0)
    {
        _state = OwnershipState.Unknown;
        Stored<OwnerRecord>? mine = _mine;
        ImageIo io = _image.Io;
        await Leaving().ConfigureAwait(false);
        await io.HoldAsync().ConfigureAwait(false);
        try
        {
            await _image.Volume.AbandonAsync().ConfigureAwait(false);
        }
        finally
        {
            _mine = null;
            _state = OwnershipState.Other;
            Volatile.Write(ref _joined, session);
            io.Report(error);
            io.Release(_image.StoredSize);
        }

        if (mine is not null)
            await DeleteQuietlyAsync(mine.Value).ConfigureAwait(false);
        Log.OwnershipLost(Pool.Logger, _image.Description, error);
    }

    // Not through the client's own records: these refuse a fenced client, and this one tells whoever fenced it that it has stopped.
    private async Task DeleteQuietlyAsync(OwnerRecord mine)
    {
        try
        {
            IRecordStore records = Cluster.Stores.Records;
            if (await ReadOwnerAsync(CancellationToken.None).ConfigureAwait(false) is not { } owner || !owner.Value.IsSameHandle(mine))
                return;
            await records.CommitAsync(
                new RecordTransaction().Require(owner.Record).Delete(OwnerKey).Delete(Pool.Keys.LastOwner(_image.Id)),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.OwnershipNotWithdrawn(Pool.Logger, _image.Description, error);
        }
    }
}
