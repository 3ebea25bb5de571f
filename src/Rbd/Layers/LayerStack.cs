using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// An image's layers as one volume of the image's bytes, aligned as the layers' volumes demand. A single plain layer is passed
/// through; otherwise writes go to the head overlay, and an entry is durable after a flush (data first), so the stack says of itself
/// that its writes are not. Whoever calls orders requests that overlap; clusters shared by others are the stack's own business.
/// Owns the volumes.
/// </summary>
internal sealed partial class LayerStack : IVolume, IFillSource
{
    private readonly LayerStackOptions _options;
    private readonly LayerMap _map;
    private readonly ClusterLocks _locks = new();
    private readonly FanOutPool _fanOuts = new();
    private readonly TableBlocks _blocks = new();
    private readonly GroupCommit _commit;
    private Layer? _single; // the only layer, plain
    private Layer? _absorber; // the layer that the head is merged into: it takes what the head does not hold yet
    private Layer? _merging;
    private Layer[] _writable = []; // layers whose volumes may have writes to flush

    private LayerStack(LayerStackOptions options)
    {
        _options = options;
        _map = new LayerMap(options.TableBytesMax);
        _commit = new GroupCommit(CommitAsync);
    }

    public VolumePath Path => Head.Volume.Path;

    /// <summary>The largest image it can hold as it is, in bytes: of a plain head the volume, of an overlay its table's capacity.</summary>
    public ulong Size => Head.Header?.Capacity ?? Head.Volume.Size;

    /// <summary>Whether it is one plain layer, passed through.</summary>
    public bool IsPlain => _single is not null;

    /// <summary>What it demands and promises, as it is now: it changes with the layers.</summary>
    public VolumeLimits Limits { get; private set; } = null!;

    /// <summary>Says whether what has been read until now is true: nobody has moved the layers unseen.</summary>
    public Func<bool> IsCertain
    {
        set => _map.IsCertain = value;
    }

    int IFillSource.BlockSize => Limits.BlockSize;

    /// <summary>Memory of the tables, in bytes.</summary>
    public long TableBytes => _map.Regions.Bytes;

    private Layer Head => _map.Head;

    /// <param name="layers">Bottom first; the last one is the writable head. Taken over, also if this fails.</param>
    /// <exception cref="StorageException">EIO: a volume is no overlay that can be read. EINVAL: the order makes no sense.</exception>
    public static async Task<LayerStack> OpenAsync(IReadOnlyList<LayerSource> layers, LayerStackOptions options)
    {
        var stack = new LayerStack(options);
        try
        {
            await stack.ArrangeAsync(layers).ConfigureAwait(false);
            return stack;
        }
        catch
        {
            foreach (LayerSource layer in layers)
                await layer.Volume.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets nothing on an overlay: its volume grows as it is written to. A larger image than it can hold needs a fresh one.</summary>
    /// <exception cref="StorageException">EFBIG: the overlay's table ends before <paramref name="size"/>.</exception>
    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken)
    {
        if (_single is { } plain)
            return plain.Volume.ResizeAsync(size, cancellationToken);
        if (size > Size)
            throw OutOfCapacity(size);
        return ValueTask.CompletedTask;
    }

    /// <summary>Forgets the tables in memory (another process may have written) and learns sizes anew.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (Layer layer in _map.Layers)
        {
            await layer.Volume.RefreshAsync(cancellationToken).ConfigureAwait(false);
            layer.Table?.Forget();
        }

        _map.Regions.Clear();
    }

    /// <summary>
    /// Forgets all that it knows of its volumes: another process wrote to the head, and now this one is to. No request may be in flight.
    /// </summary>
    public async Task ForgetAsync()
    {
        await RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (Layer layer in _map.Layers)
            layer.Forget();
        AbandonMerge();
    }

    public long EndedCount => _map.Layers.Sum(layer => layer.Volume.EndedCount);

    public void GiveUp()
    {
        foreach (Layer layer in _map.Layers)
            layer.Volume.GiveUp();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Layer layer in _map.Layers)
        {
            await layer.Volume.DisposeAsync().ConfigureAwait(false);
            layer.Dispose();
        }
    }

    private static bool IsInOneRegion(ulong offset, int length) =>
        LayerMap.RegionOf(offset) == LayerMap.RegionOf(offset + (uint)(length - 1));

    private StorageException OutOfCapacity(ulong end) => new(Errno.EFBIG,
        $"layer {Path} has a table for {Size} bytes of image, not for {end}: the image needs a fresh overlay on top");
}
