using System.Runtime.ExceptionServices;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    // Every step is taken, whatever the others met; the first failure is the caller's.
    private async Task ReleaseAsync()
    {
        Exception? failure = null;
        foreach (Func<Task> step in (Func<Task>[])[EndQuiescingAsync, Merging.CloseAsync, DrainAsync, Ownership.CloseAsync, _times.SettleAsync, UnfollowAsync, CloseLayersAsync, UnwatchAsync, MoveVolumeAsync])
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

    private async Task DrainAsync()
    {
        Task drained = _io.CloseAsync().AsTask();
        while (!drained.IsCompleted)
        {
            long finished = _io.FinishedCount;
            try
            {
                await drained.WaitAsync(HeadFreeze.TimeoutOf(Pool)).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await _layers.AbandonFreezeAsync().ConfigureAwait(false);

                // The store is away, and whoever closes must not wait for it for ever.
                if (_io.FinishedCount == finished)
                    _layers.Stack.GiveUp();
            }
        }

        await drained.ConfigureAwait(false);
    }

    private async Task UnfollowAsync() => await _follower.DisposeAsync().ConfigureAwait(false);

    // A fenced client's commits are refused; its entries go with its session.
    private Task UnwatchAsync() => IsFenced ? Task.CompletedTask : _registration.WithdrawAsync();

    private async Task CloseLayersAsync() => await _layers.DisposeAsync().ConfigureAwait(false);

    // A rename while the image was open left the volume behind under its old name; what became one plain volume has none yet.
    private async Task MoveVolumeAsync()
    {
        if (!IsReadOnly && !IsFenced && VolumeMove.IsAway(Pool, Records))
            await VolumeMove.TryFollowNameAsync(Pool, Id).ConfigureAwait(false);
    }
}
