using System.Diagnostics.CodeAnalysis;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The merging of an open image's layers: in the background while the image is open for writing, or at once when asked. Costs nothing
/// while there is nothing to merge.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Closed with its image.")]
internal sealed class ImageMerging
{
    // Who opens an image for a moment only shall not begin what he does not stay for.
    private static readonly TimeSpan s_startDelay = TimeSpan.FromSeconds(2);

    // Until somebody who did not follow, or another merger, is looked for again.
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(30);

    // For who does not follow; who waits is the caller of an operation.
    private static readonly TimeSpan s_dropPatience = TimeSpan.FromSeconds(5);

    private readonly Image _image;
    private readonly ConfOverrides _conf;
    private readonly HeadMerge _head;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Lock _lock = new();
    private Task _background = Task.CompletedTask;
    private bool _isRunning;
    private bool _isWanted;

    public ImageMerging(Image image, ConfOverrides conf, TimeProvider time)
    {
        _image = image;
        _conf = conf;
        _time = time;
        _head = new HeadMerge(image);
    }

    private ImagePool Pool => _image.Pool;

    /// <summary>Looks at changed layers, and soon does in the background what is to be done.</summary>
    public void Schedule(ImageRecords records)
    {
        if (_image.IsReadOnly || !IsAnythingToDo(records))
            return;
        lock (_lock)
        {
            _isWanted = true;
            if (_isRunning || _closing.IsCancellationRequested)
                return;
            _isRunning = true;
            _background = Task.Run(WorkAsync);
        }
    }

    /// <summary>Merges at once all that can be merged, as fast as the store can.</summary>
    /// <returns>false: something is left, because others are at it, do not follow, or own the head.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        if (new LayerGraph(await _image.ReadRecordsAsync(either.Token).ConfigureAwait(false)).FindMerge(withHead: true) is not null)
            await _head.TryTakeAsync(either.Token).ConfigureAwait(false);
        return await RunAsync(MergeOptions.Default, either.Token).ConfigureAwait(false);
    }

    /// <summary>Drops what nothing leads to any more, at the end of an operation that has succeeded: a failure is only logged.</summary>
    public async Task DropAsync()
    {
        try
        {
            await LayerMerger.DropAsync(Pool, _image.Id, s_dropPatience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.LayersNotDropped(Pool.Logger, _image.Description, error);
        }
    }

    /// <summary>Sees to it that one more layer can be put on the head, or on a snapshot.</summary>
    /// <param name="topOf">Says which layer it is to lie on.</param>
    /// <exception cref="StorageException">EBUSY: there are as many as there may be, and none can be merged.</exception>
    public async Task MakeRoomAsync(Func<ImageRecords, string> topOf, CancellationToken cancellationToken)
    {
        var limit = (int)_conf.GetUInt("rbd_layers_max");
        if (await CountAsync(topOf, cancellationToken).ConfigureAwait(false) < limit)
            return;
        await RunAsync(cancellationToken).ConfigureAwait(false);
        int count = await CountAsync(topOf, cancellationToken).ConfigureAwait(false);
        if (count < limit)
            return;
        throw new StorageException(Errno.EBUSY,
            $"image {_image.Description} has {count} layers on top of each other, and rbd_layers_max allows {limit}: remove snapshots that nobody needs, or raise the limit");
    }

    /// <summary>Lets go of the head, before another may write to it. What is merged until then is a state like any other.</summary>
    public Task PauseHeadAsync() => _head.PauseAsync();

    public void ResumeHead()
    {
        _head.Resume();
        Schedule(_image.Records);
    }

    /// <summary>Ends what runs in the background; a cluster that is under way arrives.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task background;
        lock (_lock)
            background = _background;
        await background.ConfigureAwait(false);
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
    }

    // As long as another writes to the head, it is not this handle's to merge.
    private bool IsAnythingToDo(ImageRecords records)
    {
        var graph = new LayerGraph(records);
        return graph.FindMerge(_head.IsPossible) is not null || graph.FindUnreferenced().Count > 0;
    }

    private async Task<int> CountAsync(Func<ImageRecords, string> topOf, CancellationToken cancellationToken)
    {
        ImageRecords records = await _image.ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        return new LayerGraph(records).ChainOf(topOf(records)).Count(layer => layer.Value.Kind == LayerKind.Overlay);
    }

    private async Task WorkAsync()
    {
        TimeSpan delay = s_startDelay;
        try
        {
            while (TakeWork())
            {
                await Task.Delay(delay, _time, _closing.Token).ConfigureAwait(false);
                bool isDone = await TryRunAsync().ConfigureAwait(false);
                delay = isDone ? s_startDelay : s_retryDelay;
                if (!isDone && IsAnythingToDo(_image.Records))
                    KeepWanting();
            }
        }
        catch (OperationCanceledException)
        {
            // The image is being closed; whoever opens it next goes on.
        }
    }

    private async Task<bool> TryRunAsync()
    {
        try
        {
            ulong speed = _conf.GetUInt("rbd_merge_bytes_per_second");
            var options = new MergeOptions { BytesPerSecondMax = speed == 0 ? null : (long)Math.Min(speed, long.MaxValue), Time = _time };
            return await RunAsync(options, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.LayersNotMerged(Pool.Logger, _image.Description, error);
            return false;
        }
    }

    private async Task<bool> RunAsync(MergeOptions options, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await new LayerMerger(Pool, _image.Id, options) { Head = _head }.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private bool TakeWork()
    {
        lock (_lock)
        {
            _isRunning = _isWanted;
            _isWanted = false;
            return _isRunning;
        }
    }

    private void KeepWanting()
    {
        lock (_lock)
            _isWanted = true;
    }
}
