using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The layers of an open image and the requests on them: brings the stack in the order that the records say, of the image itself and
/// of those it is a clone of, and holds requests back while that changes.
/// </summary>
internal sealed class ImageLayers : IAsyncDisposable
{
    private readonly ImageFollower _image;
    private readonly LayerVolumes _volumes;
    private readonly ParentImages _parents;
    private readonly SemaphoreSlim _arranging = new(1, 1);
    private string _top;
    private LayerStack? _stack;
    private ReencryptedParent? _parent;
    private ImageIo? _io;
    private StorageException? _failure;
    private ulong _size;
    private bool _isUnsettled;
    private bool _isClosed;
    private CancellationTokenSource? _moving;
    private int _enteringCount;
    private readonly Lock _leavingLock = new();
    private Task _leaving = Task.CompletedTask; // of parents that left by themselves

    private ImageLayers(ImageFollower image, ImageView view, bool isReadOnly)
    {
        _image = image;
        _top = view.TopLayer ?? throw new ArgumentException("there is nothing to look at", nameof(view));
        _size = view.Size;
        _volumes = new LayerVolumes(isReadOnly);
        _parents = new ParentImages(image.Pool, FollowParentAsync);
    }

    public LayerStack Stack => _stack!;

    public ImageIo Io => _io!;

    /// <summary>What lies below the image's own layers instead of its parent's; null: those.</summary>
    public ReencryptedParent? Parent => _parent;

    /// <summary>Of what is looked at, in bytes.</summary>
    public ulong Size => Volatile.Read(ref _size);

    /// <summary>Revision of the freeze that requests are held back for; 0: none.</summary>
    public long FrozenRevision { get; private set; }

    /// <param name="createIo">Gets the stack.</param>
    public static async Task<ImageLayers> OpenAsync(
        ImageFollower image, ImageView view, bool isReadOnly, Func<LayerStack, ImageIo> createIo)
    {
        var layers = new ImageLayers(image, view, isReadOnly);
        try
        {
            await layers.OpenAsync(createIo).ConfigureAwait(false);
            return layers;
        }
        catch
        {
            await layers.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Follows changed records of the image, or looks at another state of it. Requests are refused as long as that fails.</summary>
    public async Task ApplyAsync(ImageView view)
    {
        try
        {
            if (view.TopLayer is { } top)
                await ArrangeAsync(top, view.Size).ConfigureAwait(false);
            else
                await EmptyAsync().ConfigureAwait(false);
            Refuse(null);
        }
        catch (Exception error)
        {
            // What it would write to may be frozen, or gone.
            Refuse(error as StorageException ?? new StorageException(Errno.EIO, error.Message, error));
            throw;
        }
    }

    /// <summary>Holds requests back and makes durable what was written, until <see cref="ThawAsync"/>.</summary>
    public async Task FreezeAsync(long revision)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            if (FrozenRevision == 0)
                await Io.HoldAsync().ConfigureAwait(false);
            FrozenRevision = revision;
            await Stack.FlushAsync().ConfigureAwait(false);
        }
        catch
        {
            Thaw();
            throw;
        }
        finally
        {
            _arranging.Release();
        }
    }

    /// <param name="unless">Revision of the freeze that is in force.</param>
    public async Task ThawAsync(long? unless)
    {
        if (FrozenRevision == (unless ?? 0))
            return;
        await EnterAsync().ConfigureAwait(false);
        Thaw();
        _arranging.Release();
    }

    /// <summary>
    /// Fails what a freeze holds back, if one does: nobody can say any more whether it is over, so nothing may be written.
    /// </summary>
    public async Task AbandonFreezeAsync()
    {
        if (FrozenRevision == 0)
            return;
        Io.Refuse(new StorageException(Errno.ETIMEDOUT, "its layers were about to change, and the records can't be read to learn what became of that"));
        await ThawAsync(unless: null).ConfigureAwait(false);
    }

    /// <summary>Lets <paramref name="change"/> work on the stack's order while no request is in flight.</summary>
    public async Task ChangeAsync(Func<LayerStack, Task> change)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            await HoldingAsync(() => change(Stack)).ConfigureAwait(false);
        }
        finally
        {
            _arranging.Release();
        }
    }

    /// <summary>Lays the image's layers on another <see cref="Parent"/>, and calls <paramref name="change"/> while no request is in flight.</summary>
    /// <param name="parent">null: the layers of its parent as they are. Whoever called before closes the former one.</param>
    public async Task TransformAsync(ReencryptedParent? parent, Action change)
    {
        ReencryptedParent? former = _parent;
        IReadOnlyList<ParentImage> unused;
        await EnterAsync().ConfigureAwait(false);
        try
        {
            _parent = parent;
            IReadOnlyList<ChainedLayer> chain = await ResolveAsync().ConfigureAwait(false);
            IReadOnlyList<LayerSource> sources = await OpenAsync(chain).ConfigureAwait(false);
            await HoldingAsync(SettleAndChangeAsync).ConfigureAwait(false);
            unused = _parents.TakeUnused();

            async Task SettleAndChangeAsync()
            {
                await SettleAsync(chain, sources).ConfigureAwait(false);
                change();
            }
        }
        catch
        {
            _parent = former;
            throw;
        }
        finally
        {
            _arranging.Release();
        }

        foreach (ParentImage image in unused)
            await image.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Lets <paramref name="move"/> move clusters from one layer to another, beside requests, while the order of the layers stays.</summary>
    /// <param name="move">Its token is cancelled when somebody wants to change that order, or to hold requests back.</param>
    public async Task<T> MoveAsync<T>(Func<LayerStack, CancellationToken, Task<T>> move, CancellationToken cancellationToken)
    {
        await _arranging.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            Volatile.Write(ref _moving, interrupted);
            if (Volatile.Read(ref _enteringCount) > 0)
                await interrupted.CancelAsync().ConfigureAwait(false);
            return await move(Stack, interrupted.Token).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _moving, null);
            _arranging.Release();
        }
    }

    /// <summary>Ends what <see cref="MoveAsync"/> is at, after the clusters that are under way.</summary>
    public async Task EndMoveAsync()
    {
        await EnterAsync().ConfigureAwait(false);
        _arranging.Release();
    }

    /// <summary>As <see cref="ParentImage.TryRejoinAsync"/>, of all images that layers come from.</summary>
    public async Task<bool> TryRejoinParentsAsync(CancellationToken cancellationToken)
    {
        await _arranging.WaitAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ParentImage> parents = _parents.GetAll();
        _arranging.Release();
        // Outside: what has changed of them is arranged meanwhile.
        foreach (ParentImage parent in parents)
        {
            if (!await TryRejoinAsync(parent, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    /// <summary>Opens the image's own volumes anew: the store has shut out whoever had them open.</summary>
    public async Task ReopenAsync()
    {
        await _arranging.WaitAsync().ConfigureAwait(false);
        try
        {
            IReadOnlyList<ChainedLayer> chain = await ResolveAsync().ConfigureAwait(false);
            IReadOnlyList<LayerSource> sources = await OpenAsync(chain, reopensOwn: true).ConfigureAwait(false);
            await HoldingAsync(() => SettleAsync(chain, sources)).ConfigureAwait(false);
        }
        finally
        {
            _arranging.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ThawAsync(unless: null).ConfigureAwait(false);
        await EnterAsync().ConfigureAwait(false);
        _isClosed = true;
        IReadOnlyList<ParentImage> parents = _parents.TakeAll();
        _arranging.Release();
        // Outside, as below. One that is told of a change now must not open its image again: nobody would close it.
        foreach (ParentImage parent in parents)
            await parent.DisposeAsync().ConfigureAwait(false);
        Task leaving;
        lock (_leavingLock)
            leaving = _leaving;
        await leaving.ConfigureAwait(false);
        if (_stack is not null)
            await _stack.DisposeAsync().ConfigureAwait(false);
        _arranging.Dispose();
    }

    private static async Task<bool> TryRejoinAsync(ParentImage parent, CancellationToken cancellationToken)
    {
        try
        {
            return await parent.TryRejoinAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return false; // the layers need it no more, since a moment
        }
    }

    private async Task EnterAsync()
    {
        Interlocked.Increment(ref _enteringCount);
        try
        {
            Interrupt();
            await _arranging.WaitAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _enteringCount);
        }
    }

    private void Interrupt()
    {
        try
        {
            Volatile.Read(ref _moving)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended at this moment.
        }
    }

    private async Task OpenAsync(Func<LayerStack, ImageIo> createIo)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            IReadOnlyList<ChainedLayer> chain = await ResolveAsync().ConfigureAwait(false);
            IReadOnlyList<LayerSource> sources = await OpenAsync(chain).ConfigureAwait(false);
            _stack = await LayerStack.OpenAsync(sources, LayerStackOptions.Default).ConfigureAwait(false);
            await _volumes.KeepOnlyAsync(chain, sources).ConfigureAwait(false);
            _io = createIo(_stack);
        }
        finally
        {
            _arranging.Release();
        }
    }

    // What was looked at is gone: there is nothing left to read, and nothing reads any more.
    private async Task EmptyAsync()
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _size, 0);
            await HoldingAsync(() => Task.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            _arranging.Release();
        }
    }

    // The one that tells of the change may be among those that are not used any more: it can't wait for its own end.
    private async Task FollowParentAsync()
    {
        IReadOnlyList<ParentImage> unused = await ArrangeChainAsync(top: null, size: null).ConfigureAwait(false);
        if (unused.Count == 0)
            return;
        lock (_leavingLock)
            _leaving = Task.WhenAll(_leaving, LeaveQuietlyAsync(unused));
    }

    private static async Task LeaveQuietlyAsync(IReadOnlyList<ParentImage> parents)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (ParentImage parent in parents)
        {
            try
            {
                await parent.DisposeAsync().ConfigureAwait(false);
            }
            catch (StorageException)
            {
                // Its record goes with the session.
            }
        }
    }

    private async Task ArrangeAsync(string? top, ulong? size)
    {
        // Outside: one of them may be waiting to arrange at this moment.
        foreach (ParentImage parent in await ArrangeChainAsync(top, size).ConfigureAwait(false))
            await parent.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>Images whose layers are not needed any more; the caller's, to dispose.</returns>
    private async Task<IReadOnlyList<ParentImage>> ArrangeChainAsync(string? top, ulong? size)
    {
        await EnterAsync().ConfigureAwait(false);
        try
        {
            if (_isClosed)
                return [];
            _top = top ?? _top;
            await ArrangeAsync(size ?? _size).ConfigureAwait(false);
            return _parents.TakeUnused();
        }
        finally
        {
            _arranging.Release();
        }
    }

    private async Task ArrangeAsync(ulong size)
    {
        IReadOnlyList<ChainedLayer> chain = await ResolveAsync().ConfigureAwait(false);
        IReadOnlyList<LayerSource> sources = await OpenAsync(chain).ConfigureAwait(false);
        _isUnsettled |= !sources.SequenceEqual(Stack.Layers);
        bool shrinks = size < _size;
        if (shrinks)
            Volatile.Write(ref _size, size);
        // Whoever shrank the image zeroes what was cut off once we have answered; nothing of ours may land there after that.
        if (_isUnsettled || shrinks)
            await HoldingAsync(() => _isUnsettled ? SettleAsync(chain, sources) : Task.CompletedTask).ConfigureAwait(false);
        // A plain volume may have been extended, by whoever made the image larger or merges into it.
        foreach (LayerSource plain in sources.Where(source => !source.IsOverlay))
            await plain.Volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        Volatile.Write(ref _size, size);
    }

    private async Task SettleAsync(IReadOnlyList<ChainedLayer> chain, IReadOnlyList<LayerSource> sources)
    {
        try
        {
            await Stack.ArrangeAsync(sources).ConfigureAwait(false);
        }
        catch
        {
            await _volumes.DropAsync(sources).ConfigureAwait(false);
            throw;
        }

        await _volumes.KeepOnlyAsync(chain, sources).ConfigureAwait(false);
        // A layer that was another client's to write to until now has tables that we do not know.
        await Stack.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        Io.Adapt(Stack.Limits);
        _isUnsettled = false;
    }

    private async Task<IReadOnlyList<ChainedLayer>> ResolveAsync() =>
        await LayerChain.ResolveAsync(_image, _top, _parent is null ? _parents.GetAsync : null).ConfigureAwait(false);

    private async Task<IReadOnlyList<LayerSource>> OpenAsync(IReadOnlyList<ChainedLayer> chain, bool reopensOwn = false)
    {
        IReadOnlyList<LayerSource> sources = await _volumes.OpenAsync(chain, reopensOwn).ConfigureAwait(false);
        ChainedLayer bottom = chain[^1];
        if (_parent is null || !bottom.Record.LiesOnParent)
            return sources;
        var parent = new LayerSource(_parent, bottom.Pool.Volumes.Limits, IsOverlay: false, bottom.Record.BelowOverlap ?? ulong.MaxValue);
        return [parent, .. sources];
    }

    private async Task HoldingAsync(Func<Task> change)
    {
        bool isHeld = FrozenRevision != 0;
        if (!isHeld)
            await Io.HoldAsync().ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            if (!isHeld)
                Io.Release(_size);
        }
    }

    private void Thaw()
    {
        if (FrozenRevision == 0)
            return;
        FrozenRevision = 0;
        Io.Release(_size);
    }

    private void Refuse(StorageException? failure)
    {
        if (_failure is not null)
            Io.Allow(_failure);
        _failure = failure;
        if (failure is not null)
            Io.Refuse(failure);
    }
}
