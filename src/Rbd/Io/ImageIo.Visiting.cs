using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class ImageIo
{
    private readonly List<IoVisit> _visits = [];

    /// <summary>Waits until nobody holds requests back, and keeps everybody from doing so until the visit is disposed.</summary>
    /// <exception cref="StorageException">ESHUTDOWN: the image is closed. What requests are refused with at present.</exception>
    public async Task<IoVisit> VisitAsync()
    {
        var visit = new IoVisit(Leave);
        IoRequest request = Rent(IoKind.Visit, 0, 0, default);
        request.Visit = visit;
        Task over = WaitAsync(request);
        Submit(request);
        await Task.WhenAny(visit.Begun, over).ConfigureAwait(false);
        if (!visit.Begun.IsCompleted)
            await over.ConfigureAwait(false); // refused
        return visit;
    }

    /// <summary>What the volume is like after a change of its layers, while requests are held back.</summary>
    /// <exception cref="StorageException">EIO: requests that wait have been rounded to other blocks.</exception>
    public void Adapt(VolumeLimits limits)
    {
        if (limits.BlockSize != _storeBlockSize)
            throw new StorageException(Errno.EIO, $"image {_image}: its layers have blocks of {limits.BlockSize} bytes instead of {_storeBlockSize}");
        _writesNeedFlush = !limits.WritesAreDurable;
    }

    /// <summary>Reads and writes the text of an encrypted image from now on. Only while requests are held back.</summary>
    /// <param name="cipher">null: what is stored, as it is.</param>
    public void Transform(SectorCipher? cipher)
    {
        _blockSize = Math.Max(_storeBlockSize, cipher?.SectorSize ?? 0);
        _blocks = new BlockIo(cipher is null ? _volume : new EncryptedVolume(_volume, cipher), _blockSize, () => Authority.MayRead);
    }

    /// <summary>Takes back a refusal, unless there is another one by now.</summary>
    public void Allow(StorageException refusal)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_refusal, refusal))
                _refusal = null;
        }
    }

    private static async Task WaitAsync(IoRequest request) => await new ValueTask(request, request.Token).ConfigureAwait(false);

    private ValueTask Begin(IoVisit visit)
    {
        bool isInTheWay;
        lock (_lock)
        {
            _visits.Add(visit);
            isInTheWay = _isHolding;
        }

        if (isInTheWay)
            visit.Interrupt();
        return visit.Begin();
    }

    private void Leave(IoVisit visit)
    {
        lock (_lock)
            _visits.Remove(visit);
    }

    private void InterruptVisits()
    {
        IoVisit[] visits;
        lock (_lock)
            visits = [.. _visits];
        foreach (IoVisit visit in visits)
            visit.Interrupt();
    }
}
