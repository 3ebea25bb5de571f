using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An open image (<c>rbd_image_t</c>). Any thread may use it; closing excludes further use.</summary>
public sealed partial class Image : IAsyncDisposable
{
    private readonly HeaderFollower _follower;
    private readonly WatcherRegistration? _watcher;
    private readonly ImageTimes _times;
    private readonly Lock _closeLock = new();
    private Task? _close;

    internal Image(
        ImagePool pool,
        ImageRecords records,
        IVolume volume,
        HeaderFollower follower,
        WatcherRegistration? watcher,
        bool isReadOnly,
        ConfOverrides conf,
        TimeProvider time)
    {
        ImageHeader header = records.Header.Value;
        Pool = pool;
        Volume = volume;
        Id = header.Id;
        Name = header.Name;
        IsReadOnly = isReadOnly;
        _follower = follower;
        _watcher = watcher;
        _size = header.Size;
        _times = new ImageTimes(pool, Id, records.Times, conf, time);
        _io = new ImageIo(volume, pool.Volumes.Limits, WritePolicyOf(conf), new AnyWriter(), Description);
        Metadata = new ImageMetadata(
            new MetadataTarget(pool, pool.Keys.ImageMetadata(Id), pool.Keys.Header(Id), isReadOnly, $"image {Description}"));
    }

    public IoContext IoContext => Pool.Io;

    /// <summary>Its name when it was opened; a rename does not change it.</summary>
    public ByteName Name { get; }

    public string Id { get; }

    public bool IsReadOnly { get; }

    /// <summary>In bytes, as of the last <see cref="RefreshAsync"/>.</summary>
    public ulong Size => Volatile.Read(ref _size);

    /// <summary>log2 of <see cref="ObjectSize"/>.</summary>
    public int Order => Header.Order;

    /// <summary>In bytes.</summary>
    public ulong ObjectSize => Header.ObjectSize;

    public ulong ObjectCount => ImageGeometry.CountObjects(Size, Order, StripeUnit, StripeCount);

    public ulong Features => Header.Features;

    public ulong OpFeatures => Header.OpFeatures;

    public ulong Flags => Header.Flags;

    /// <summary>In bytes.</summary>
    public ulong StripeUnit => Header.StripeUnit;

    public ulong StripeCount => Header.StripeCount;

    public string BlockNamePrefix => DataPoolId == Pool.Id ? $"rbd_data.{Id}" : $"rbd_data.{Pool.Id}.{Id}";

    public long DataPoolId => Header.DataPoolId;

    public DateTimeOffset Created => Header.Created;

    /// <summary>Of the last read, up to a minute late.</summary>
    public DateTimeOffset Accessed => _times.Current.Accessed;

    /// <summary>Of the last write, up to a minute late.</summary>
    public DateTimeOffset Modified => _times.Current.Modified;

    public ImageMetadata Metadata { get; }

    internal ImagePool Pool { get; }

    internal IVolume Volume { get; }

    internal string Description => Pool.Describe(Name);

    private ImageHeader Header => _follower.Current.Value;

    /// <param name="snapshot">null or empty for the head.</param>
    /// <exception cref="StorageException">ENOENT: no such image or snapshot.</exception>
    public static Task<Image> OpenAsync(
        IoContext io, ByteName name, ByteName? snapshot, bool readOnly, CancellationToken cancellationToken) =>
        OpenAsync(io, name, snapshot, readOnly, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="OpenAsync(IoContext, ByteName, ByteName?, bool, CancellationToken)"/>
    public static async Task<Image> OpenByIdAsync(
        IoContext io, string id, ByteName? snapshot, bool readOnly, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        ThrowUnlessHead(id, snapshot);
        if (!id.All(char.IsAsciiLetterOrDigit))
            throw new StorageException(Errno.ENOENT, $"there is no image with id {id} in pool {io.Pool.Name}");
        if (await pool.Records.GetAsync(pool.Keys.Header(id), cancellationToken).ConfigureAwait(false) is null)
            await ImageResolution.TryAdoptByIdAsync(pool, id, cancellationToken).ConfigureAwait(false);
        return await new ImageOpening(pool, id, readOnly, TimeProvider.System).OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<Image> OpenAsync(
        IoContext io, ByteName name, ByteName? snapshot, bool readOnly, TimeProvider time, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        string id = await ImageResolution.IdOfAsync(pool, name, cancellationToken).ConfigureAwait(false);
        ThrowUnlessHead(pool.Describe(name), snapshot);
        return await new ImageOpening(pool, id, readOnly, time).OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for all requests in flight, flushes, and gives everything back. A second call waits for the first.</summary>
    public Task CloseAsync()
    {
        lock (_closeLock)
            return _close ??= ReleaseAsync();
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    /// <summary>Re-reads the header if another client changed it; costs nothing otherwise.</summary>
    /// <exception cref="StorageException">ENOENT: the image was removed.</exception>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => _follower.RefreshAsync(cancellationToken);

    /// <summary>Everybody who has the image open for writing, this handle included.</summary>
    public Task<IReadOnlyList<ImageWatcher>> ListWatchersAsync(CancellationToken cancellationToken) =>
        WatcherRegistration.ListAsync(Pool, Id, cancellationToken);

    /// <summary>Calls <paramref name="callback"/> after every change of the header or the metadata, on a thread of the library.</summary>
    /// <returns>Dispose it to end the watch.</returns>
    public IDisposable WatchUpdates(Action callback) => _follower.AddCallback(callback);

    internal async ValueTask ApplyHeaderAsync(ImageHeader header)
    {
        if (Pool.Volumes.Limits.RoundUp(header.Size) > Volume.Size)
            await Volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        bool shrinks = header.Size < Size;
        Volatile.Write(ref _size, header.Size);
        // Whoever shrank the image zeroes what was cut off once we have answered; nothing of ours may land there after that.
        if (!shrinks)
            return;
        await _io.HoldAsync().ConfigureAwait(false);
        _io.Release(header.Size);
    }

    /// <summary>Commits a changed header and returns when every other client that has the image open follows it.</summary>
    /// <param name="change">Called again when others changed the header meanwhile. May throw.</param>
    internal async Task ChangeHeaderAsync(
        Func<ImageHeader, ImageHeader> change, Operation? operation, CancellationToken cancellationToken)
    {
        Stored<ImageHeader>? changed = null;
        await ImagePool.RetryAsync(
            $"change image {Description}",
            async () => (changed = await TryChangeHeaderAsync(change, operation, cancellationToken).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        await _follower.AdvanceAsync(changed!, CancellationToken.None).ConfigureAwait(false);
        if (_watcher is not null)
            await _watcher.WaitForOthersAsync(changed!.Record.Revision).ConfigureAwait(false);
    }

    internal async Task<Stored<ImageHeader>> GetHeaderAsync(CancellationToken cancellationToken) =>
        await Pool.GetAsync(Pool.Keys.Header(Id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"image {Description} was removed");

    internal void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw ReadOnly();
    }

    private static void ThrowUnlessHead(string image, ByteName? snapshot)
    {
        if (snapshot is { IsEmpty: false })
            throw new StorageException(Errno.ENOENT, $"image {image} has no snapshot '{snapshot}'");
    }

    private static WritePolicy WritePolicyOf(ConfOverrides conf)
    {
        bool isWriteBack = conf.GetBool("rbd_cache")
            && conf.GetUInt("rbd_cache_max_dirty") > 0
            && !string.Equals(conf.GetText("rbd_cache_policy"), "writethrough", StringComparison.Ordinal);
        if (!isWriteBack)
            return WritePolicy.WriteThrough;
        return conf.GetBool("rbd_cache_writethrough_until_flush") ? WritePolicy.WriteThroughUntilFlush : WritePolicy.WriteBack;
    }

    private async Task<Stored<ImageHeader>?> TryChangeHeaderAsync(
        Func<ImageHeader, ImageHeader> change, Operation? operation, CancellationToken cancellationToken)
    {
        Stored<ImageHeader> header = await GetHeaderAsync(cancellationToken).ConfigureAwait(false);
        ImageHeader changed = change(header.Value);
        RecordTransaction transaction = (operation?.NewTransaction() ?? new RecordTransaction())
            .Require(header.Record)
            .PutHeader(header.Record.Key, changed);
        RecordCommit commit = await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? new Stored<ImageHeader>(header.Record with { Revision = commit.Revision }, changed)
            : null;
    }

    private StorageException ReadOnly() => new(Errno.EROFS, $"image {Description} is open read-only");
}
