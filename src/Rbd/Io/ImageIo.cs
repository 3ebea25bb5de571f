using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The data path of an open image: any offset and length, in the order of submission where ranges overlap. A request runs on its
/// submitter's thread down to the store's queue, holds no lock while the store works, and allocates nothing unless its edges cut blocks.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed partial class ImageIo
#pragma warning restore CA1001
{
    private const int PooledMax = 256;

    private readonly IVolume _volume;
    private readonly int _storeBlockSize;
    // These change only while requests are held back.
    private BlockIo _blocks;
    private int _blockSize;
    private bool _writesNeedFlush;
    private readonly string _image;
    private readonly SharedFlush _flush;
    private readonly Lock _lock = new();
    private readonly RangeOrder _order = new();
    private IoRequest? _pooled;
    private int _pooledCount;
    private bool _isClosed;
    private long _mutationCount;
    private volatile bool _isWriteThrough;
    private volatile bool _hasFlushed;

    /// <param name="image">Its name, for messages.</param>
    public ImageIo(IVolume volume, VolumeLimits limits, WritePolicy policy, string image)
    {
        _volume = volume;
        _storeBlockSize = _blockSize = limits.BlockSize;
        _writesNeedFlush = !limits.WritesAreDurable;
        Policy = policy;
        _image = image;
        _blocks = new BlockIo(volume, limits.BlockSize, () => Authority.MayRead);
        _flush = new SharedFlush(volume, OnFlushed);
    }

    /// <summary>May change at any time: it holds for the writes that complete from then on.</summary>
    public WritePolicy Policy
    {
        get;
        set
        {
            field = value;
            _isWriteThrough = value == WritePolicy.WriteThrough || (value == WritePolicy.WriteThroughUntilFlush && !_hasFlushed);
        }
    }

    /// <summary>Set before the first request.</summary>
    public IWriteAuthority Authority { get; set; } = AnyWriter.Instance;

    /// <summary>Whether anything but reads was ever asked for.</summary>
    public bool HasMutated => MutationCount > 0;

    public ValueTask<int> ReadAsync(ulong offset, IoVector buffer)
    {
        IoRequest request = Submit(IoKind.Read, offset, (ulong)buffer.Length, buffer);
        return new ValueTask<int>(request, request.Token);
    }

    public ValueTask<int> WriteAsync(ulong offset, IoVector data)
    {
        IoRequest request = Submit(IoKind.Write, offset, (ulong)data.Length, data);
        return new ValueTask<int>(request, request.Token);
    }

    public ValueTask<ulong> ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        IoRequest request = Rent(IoKind.Zero, offset, length, default);
        request.ZeroMode = mode;
        Submit(request);
        return new ValueTask<ulong>(request, request.Token);
    }

    /// <summary>Makes bytes beyond the image's end zero again.</summary>
    public ValueTask<ulong> EraseAsync(ulong offset, ulong length)
    {
        IoRequest request = Rent(IoKind.Erase, offset, length, default);
        request.ZeroMode = ZeroMode.Unmap;
        Submit(request);
        return new ValueTask<ulong>(request, request.Token);
    }

    public ValueTask<ulong> WriteSameAsync(ulong offset, ulong length, Memory<byte> pattern)
    {
        IoRequest request = Rent(IoKind.WriteSame, offset, length, default);
        request.Pattern = pattern;
        Submit(request);
        return new ValueTask<ulong>(request, request.Token);
    }

    /// <summary>Gives back the space of runs of zeros.</summary>
    /// <param name="length">So much is read into memory at once.</param>
    /// <param name="sparseSize">Runs begin and end at multiples of it, in bytes; a multiple of the block size.</param>
    public ValueTask<ulong> SparsifyAsync(ulong offset, ulong length, int sparseSize)
    {
        IoRequest request = Rent(IoKind.Sparsify, offset, length, default);
        request.SparseSize = sparseSize;
        Submit(request);
        return new ValueTask<ulong>(request, request.Token);
    }

    public ValueTask<CompareAndWriteResult> CompareAndWriteAsync(ulong offset, IoVector compare, IoVector data)
    {
        IoRequest request = Rent(IoKind.CompareAndWrite, offset, (ulong)data.Length, data);
        request.Compare = compare;
        Submit(request);
        return new ValueTask<CompareAndWriteResult>(request, request.Token);
    }

    public ValueTask FlushAsync()
    {
        _hasFlushed = true;
        if (Policy == WritePolicy.WriteThroughUntilFlush)
            _isWriteThrough = false;
        IoRequest request = Submit(IoKind.Flush, 0, 0, default);
        return new ValueTask(request, request.Token);
    }

    /// <summary>Refuses new requests and completes when the ones in flight are over.</summary>
    public ValueTask CloseAsync()
    {
        IoRequest request = Rent(IoKind.Barrier, 0, ulong.MaxValue, default);
        bool runs;
        lock (_lock)
        {
            runs = Enter(request);
            _isClosed = true;
        }

        if (runs)
            Run(request);
        return new ValueTask(request, request.Token);
    }

    internal void GiveBack(IoRequest request)
    {
        lock (_lock)
        {
            if (_pooledCount == PooledMax)
                return;
            request.Next = _pooled;
            _pooled = request;
            _pooledCount++;
        }
    }

    internal void OnOperationDone(IoRequest request)
    {
        if (IsToBeFlushed(request))
            _flush.Join(request);
        else
            Run(Finish(request, null));
    }

    private IoRequest Submit(IoKind kind, ulong offset, ulong length, IoVector data)
    {
        IoRequest request = Rent(kind, offset, length, data);
        Submit(request);
        return request;
    }

    private void Submit(IoRequest request)
    {
        // Once it is in the order and does not run here, the request is another thread's.
        StorageException? refusal;
        bool runs = false;
        lock (_lock)
        {
            refusal = _isClosed ? new StorageException(Errno.ESHUTDOWN, "the image is closed") : _ban ?? _refusal;
            if (refusal is null)
            {
                _mutationCount += request.IsMutation ? 1 : 0;
                runs = Enter(request);
            }
        }

        if (refusal is not null)
        {
            request.Error = Explain(request, refusal);
            request.Complete();
        }
        else if (runs)
        {
            Run(request);
        }
        else
        {
            WantIfWaiting();
        }
    }

    private IoRequest Rent(IoKind kind, ulong offset, ulong length, IoVector data)
    {
        IoRequest? request;
        lock (_lock)
        {
            request = _pooled;
            if (request is not null)
            {
                _pooled = request.Next;
                _pooledCount--;
            }
        }

        request ??= new IoRequest(this);
        request.Next = null;
        request.Reset(kind, offset, length, data, _blockSize);
        return request;
    }

    // Starts a chain of requests and whatever becomes ready by those that end at once: a loop, so that a long row of overlapping
    // requests takes no stack.
    private void Run(IoRequest? ready)
    {
        while (ready is not null)
        {
            IoRequest request = ready;
            ready = request.Next;
            request.Next = null;
            if (request.Kind == IoKind.Flush)
                _flush.Join(request);
            else if (!request.Follow(Begin(request)))
                continue;
            else if (IsToBeFlushed(request))
                _flush.Join(request);
            else
                ready = Finish(request, ready);
        }
    }

    private ValueTask Begin(IoRequest request)
    {
        try
        {
            return request.Kind switch
            {
                IoKind.Read => _blocks.ReadAsync(request),
                IoKind.Write => _blocks.WriteAsync(request),
                IoKind.Zero or IoKind.Erase => _blocks.ZeroAsync(request),
                IoKind.WriteSame => _blocks.WriteSameAsync(request),
                IoKind.Sparsify => _blocks.SparsifyAsync(request),
                IoKind.CompareAndWrite => _blocks.CompareAndWriteAsync(request),
                IoKind.Visit => Begin(request.Visit!),
                _ => ValueTask.CompletedTask,
            };
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    private bool IsToBeFlushed(IoRequest request) =>
        _isWriteThrough && _writesNeedFlush && request.IsMutation && request.Error is null;

    private void OnFlushed(IoRequest flushed)
    {
        IoRequest? ready = null;
        for (IoRequest? request = flushed; request is not null;)
        {
            IoRequest? next = request.Next;
            request.Next = null;
            ready = Finish(request, ready);
            request = next;
        }

        Run(ready);
    }

    /// <returns>What became ready, before <paramref name="ready"/>.</returns>
    private IoRequest? Finish(IoRequest request, IoRequest? ready)
    {
        bool isReported = false;
        TaskCompletionSource? drained = null;
        lock (_lock)
        {
            _running--;
            FinishedCount++;
            if (IsToBeRepeated(request))
            {
                PutBack(request);
            }
            else
            {
                if (request.Error is { } error)
                    request.Error = Explain(request, error);
                ready = Admit(_order.Remove(request, null), ready);
                isReported = !request.IsMutation && request.Kind != IoKind.Flush || Authority.MayAcknowledge;
                if (!isReported)
                    KeepUnreported(request);
            }

            if (_running == 0 && _isHolding)
                drained = _drained;
        }

        if (isReported)
            request.Complete();
        WantIfWaiting();
        drained?.TrySetResult();
        return ready;
    }

    private StorageException Explain(IoRequest request, Exception error)
    {
        Errno errno = error is StorageException storage ? storage.Errno : Errno.EIO;
        string what = request.Kind == IoKind.Flush ? "flush" : $"{request.Kind} of {request.Length} bytes at {request.Offset}";
        return new StorageException(errno, $"image {_image}, {what} on volume {_volume.Path}: {error.Message}", error);
    }
}
