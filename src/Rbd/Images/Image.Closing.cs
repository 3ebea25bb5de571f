using System.Runtime.ExceptionServices;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>
    /// Waits for requests, but not for ever for a store that is away: when nothing ends for rbd_request_timed_out_seconds, what waits
    /// for it fails with ESHUTDOWN. For who closes the image.
    /// </summary>
    public Task WaitUntilOverAsync(Task requests) => WaitUntilOverAsync(requests, () => _io.IsRunning);

    // Every step is taken, whatever the others met; the first failure is the caller's.
    private async Task ReleaseAsync()
    {
        Exception? failure = null;
        foreach (Func<Task> step in (Func<Task>[])[EndQuiescingAsync, EndMergingAsync, DrainAsync, Ownership.CloseAsync, _times.SettleAsync, UnfollowAsync, CloseLayersAsync, UnwatchAsync, MoveVolumeAsync])
        {
            try
            {
                await step().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                failure ??= error;
            }
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private Task EndQuiescingAsync()
    {
        Quiescing.RemoveAll();
        return Task.CompletedTask;
    }

    private Task EndMergingAsync() => WaitUntilOverAsync(Merging.CloseAsync(), static () => true);

    private Task DrainAsync() => WaitUntilOverAsync(_io.CloseAsync().AsTask(), static () => true);

    /// <param name="waitsForStore">false: it waits for something else, such as a callback of the caller.</param>
    private async Task WaitUntilOverAsync(Task work, Func<bool> waitsForStore)
    {
        while (!work.IsCompleted)
        {
            long ended = EndedCount();
            try
            {
                await work.WaitAsync(HeadFreeze.TimeoutOf(Pool)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await _layers.AbandonFreezeAsync().ConfigureAwait(false);
                Ownership.FailWaiting();
                if (waitsForStore() && EndedCount() == ended)
                    _layers.Stack.GiveUp();
            }
        }

        await work.ConfigureAwait(false);
    }

    private long EndedCount() => _io.FinishedCount + _layers.Stack.EndedCount;

    private async Task UnfollowAsync() => await _follower.DisposeAsync().ConfigureAwait(false);

    // A fenced client's commits are refused; its entries go with its session.
    private Task UnwatchAsync() => IsFenced ? Task.CompletedTask : _registration.WithdrawAsync();

    private async Task CloseLayersAsync()
    {
        await _layers.DisposeAsync().ConfigureAwait(false);
        if (_layers.Parent is { } parent)
            await parent.CloseAsync().ConfigureAwait(false);
    }

    // A rename while the image was open left the volume behind under its old name; what became one plain volume has none yet.
    private async Task MoveVolumeAsync()
    {
        if (!IsReadOnly && !IsFenced && VolumeMove.IsAway(Pool, Records))
            await VolumeMove.TryFollowNameAsync(Pool, Id).ConfigureAwait(false);
    }
}
