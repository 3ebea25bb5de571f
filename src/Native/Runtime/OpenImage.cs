using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>A rbd_image_t: the image, its completion thread and its events.</summary>
internal sealed class OpenImage(Image image)
{
    private readonly Lock _lock = new();
    private CompletionQueue? _queue;
    private ImageEvents? _events;
    private TaskCompletionSource? _drained;
    private int _inFlight;

    public Image Image { get; } = image;

    public bool HasEvents => _events is not null;

    public UpdateWatches UpdateWatches { get; } = new();

    public QuiesceWatches QuiesceWatches { get; } = new(image);

    /// <summary>Where callbacks of this image run, one after the other.</summary>
    public CompletionQueue Queue
    {
        get
        {
            if (_queue is { } queue)
                return queue;
            lock (_lock)
                return _queue ??= CompletionQueues.Rent();
        }
    }

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0)
            Volatile.Read(ref _drained)?.TrySetResult();
    }

    /// <returns>false: it has an event file already.</returns>
    public bool TrySetEvents(ImageEvents events) => Interlocked.CompareExchange(ref _events, events, null) is null;

    public void Signal(Completion completion) => _events?.Add(completion);

    public Completion? TakeEvent() => _events?.Take();

    /// <summary>Returns when every callback has returned, and the image is closed.</summary>
    public async Task CloseAsync()
    {
        UpdateWatches.EndAll();
        QuiesceWatches.EndAll();
        await Image.WaitUntilOverAsync(DrainAsync()).ConfigureAwait(false);
        try
        {
            await Image.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            while (TakeEvent() is { } unseen)
                unseen.Drop();
            if (_queue is { } queue)
                CompletionQueues.GiveBack(queue);
        }
    }

    private Task DrainAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _drained, drained);
        if (Volatile.Read(ref _inFlight) == 0)
            drained.TrySetResult();
        return drained.Task;
    }
}
