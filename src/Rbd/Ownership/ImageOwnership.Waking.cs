using CurveRbd.Store;

namespace CurveRbd.Rbd;

// News from the store, and the work in the background that follows.
public sealed partial class ImageOwnership
{
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _subscriptions = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAsyncDisposable? _watch;
    private OwnershipWish _wishes;
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _isClosed;

    /// <summary>Begins to hear of others. Before the first request.</summary>
    internal async Task BeginAsync(CancellationToken cancellationToken)
    {
        _image.Volume.BeginShared();
        _openedAfterFence = _image.FenceRevision;
        await _fence.WatchAsync(cancellationToken).ConfigureAwait(false);
        _subscriptions.Add(_fence.OnChange(OnFence));
        _subscriptions.Add(_session.OnChange(OnSession));
        if (!_image.IsReadOnly)
        {
            _watch = await Pool.Records.WatchAsync(OwnerKey, OnEvent, cancellationToken).ConfigureAwait(false);
            _image.Volume.OftenReadShared = () => Wake(OwnershipWish.TakeIfFree);
        }

        if (_fence.IsFenced)
            OnFence();
    }

    /// <summary>Gives up what it has, once no request comes any more.</summary>
    internal async Task CloseAsync()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
        if (_watch is not null)
            await _watch.DisposeAsync().ConfigureAwait(false);
        Task work;
        lock (_lock)
        {
            _isClosed = true;
            work = _work;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await work.ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await _changing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (!_fence.IsFenced && (_state == OwnershipState.Unknown || (_state == OwnershipState.Owner && !IsCertainOfLayers)))
            await FindOutInTimeAsync().ConfigureAwait(false);
        if (_mine is not null && _fence.IsFenced)
            await AbandonAsync(_fence.Refusal()).ConfigureAwait(false);
        else if (_state == OwnershipState.Owner)
            await GiveUpAsync().ConfigureAwait(false);
        else if (_state == OwnershipState.NotNeeded && _image.Io.HasMutated && !_fence.IsFenced)
            await _image.Volume.FlushAsync().ConfigureAwait(false);
        if (_mine is not null)
            await DeleteMineAsync().ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ESHUTDOWN: what was not durable is lost.</exception>
    private async Task FindOutInTimeAsync()
    {
        using var timeout = new CancellationTokenSource(_timing.Timeout, _time);
        try
        {
            await FindOutAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await AbandonAsync(TakenAway(null)).ConfigureAwait(false);
        }

        if (_state != OwnershipState.Owner)
            throw TakenAway(null);
    }

    /// <summary>Fails what waits for the store of records to be back.</summary>
    internal void FailWaiting()
    {
        if (IsCertainOfLayers)
            return;
        var error = new StorageException(
            Errno.ETIMEDOUT, "this client's session is lost, and the store of records does not answer; what was written since is not certain");
        _image.Io.FailWaiting(error);
        _image.Io.Report(error);
    }

    // On a thread of the store.
    private void OnEvent(RecordEvent change)
    {
        OwnershipWish wish = OwnershipWish.None;
        if (change.Key is null)
            wish = OwnershipWish.HandOver | OwnershipWish.Verify;
        else if (string.Equals(change.Key, OwnerKey, StringComparison.Ordinal))
            wish = OwnershipWish.Verify;
        else if (change.Record is not null && change.Key.StartsWith(Pool.Keys.OwnerRequests(_image.Id), StringComparison.Ordinal))
            wish = OwnershipWish.HandOver;
        Tell(wish);
    }

    private void OnSession()
    {
        Tell(OwnershipWish.Verify);
        Wake(OwnershipWish.Rejoin);
    }

    private void OnFence()
    {
        _image.Io.Ban(_fence.IsFenced ? _fence.Refusal() : null);
        Tell(OwnershipWish.None);
        Wake(OwnershipWish.Fence);
    }

    private void Tell(OwnershipWish wish)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.SetResult();
        bool isOwner = _state is not (OwnershipState.NotNeeded or OwnershipState.Other) || _mine is not null;
        if (wish != OwnershipWish.None && isOwner)
            Wake(wish);
    }

    private Task NextNews()
    {
        lock (_lock)
            return _news.Task;
    }

    private async Task WaitAsync(Task news, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(news, Task.Delay(_timing.RecheckInterval, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Wake(OwnershipWish wish)
    {
        lock (_lock)
        {
            _wishes |= wish;
            if (_isWorking || _isClosed)
                return;
            _isWorking = true;
            _work = Task.Run(WorkAsync);
        }
    }

    private async Task WorkAsync()
    {
        while (TakeWishes() is var wishes and not OwnershipWish.None)
        {
            if (wishes.HasFlag(OwnershipWish.Fence))
                await TryAsync(ObeyFenceAsync).ConfigureAwait(false);
            if (wishes.HasFlag(OwnershipWish.Rejoin))
                await TryAsync(RejoinAsync).ConfigureAwait(false);
            if (wishes.HasFlag(OwnershipWish.Verify))
                await TryAsync(VerifyAsync).ConfigureAwait(false);
            if (wishes.HasFlag(OwnershipWish.HandOver))
                await TryAsync(HandOverAsync).ConfigureAwait(false);
            if (wishes.HasFlag(OwnershipWish.Take))
                await TakeForRequestsAsync().ConfigureAwait(false);
            if (wishes.HasFlag(OwnershipWish.TakeIfFree))
                await TryAsync(() => TryTakeAsync(_closing.Token)).ConfigureAwait(false);
        }
    }

    private OwnershipWish TakeWishes()
    {
        lock (_lock)
        {
            OwnershipWish wishes = _isClosed ? OwnershipWish.None : _wishes;
            _wishes = OwnershipWish.None;
            _isWorking = wishes != OwnershipWish.None;
            return wishes;
        }
    }

    private async Task TakeForRequestsAsync()
    {
        try
        {
            if (!_takesByItself && _state == OwnershipState.Other)
                throw new StorageException(Errno.EROFS, $"image {_image.Description}: this handle has released it and has to acquire it again");
            await TakeAsync(_closing.Token).ConfigureAwait(false);
            await ReadmitAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _image.Io.FailWaiting(error as StorageException ?? new StorageException(Errno.EIO, error.Message, error));
        }
    }

    // Requests that came to wait while the image was just being taken.
    private async Task ReadmitAsync()
    {
        if (!_image.Io.HasWaiting)
            return;
        await _image.Io.HoldAsync().ConfigureAwait(false);
        _image.Io.Release(_image.StoredSize);
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The image is being closed, which sees to the rest.
        }
        catch (StorageException error)
        {
            Log.OwnershipWorkFailed(Pool.Logger, _image.Description, error);
            await Task.Delay(_timing.RecheckInterval, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
