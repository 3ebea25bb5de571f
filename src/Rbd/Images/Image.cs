using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An open image (<c>rbd_image_t</c>). Any thread may use it; closing excludes further use.</summary>
public sealed partial class Image : IAsyncDisposable
{
    private readonly ImageFollower _follower;
    private readonly ImageLayers _layers;
    private readonly ImageIo _io;
    private readonly WatcherRegistration _registration;
    private readonly ImageTimes _times;
    private readonly ConfOverrides _conf;
    private readonly Lock _closeLock = new();
    private Task? _close;

    internal Image(
        ImageFollower follower,
        ImageLayers layers,
        WatcherRegistration registration,
        ImageView view,
        bool isReadOnly,
        ConfOverrides conf,
        TimeProvider time)
    {
        ImageRecords records = follower.Records;
        Pool = follower.Pool;
        Id = follower.Id;
        Name = records.Header.Value.Name;
        IsReadOnly = isReadOnly;
        _follower = follower;
        _layers = layers;
        _io = layers.Io;
        _registration = registration;
        _view = view;
        _times = new ImageTimes(Pool, Id, records.Times, conf, time);
        _conf = conf;
        _follower.Reconfigured = ReconfigureAsync;
        var timing = new OwnershipTiming { Timeout = TimeSpan.FromSeconds(conf.GetUInt("rbd_request_timed_out_seconds")) };
        Ownership = new ImageOwnership(this, registration, timing, time);
        _io.Authority = Ownership;
        Volume.IsLive = view.IsHead;
        Volume.IsCertain = () => Ownership.IsCertainOfLayers;
        Merging = new ImageMerging(this, conf, time);
        Ownership.Leaving = Merging.PauseHeadAsync;
        Ownership.Taken = Merging.ResumeHead;
        Metadata = new ImageMetadata(
            new MetadataTarget(Pool, Pool.Keys.ImageMetadata(Id), Pool.Keys.Header(Id), isReadOnly, $"image {Description}"));
    }

    public IoContext IoContext => Pool.Io;

    /// <summary>Its name when it was opened; a rename does not change it.</summary>
    public ByteName Name { get; }

    public string Id { get; }

    public bool IsReadOnly { get; }

    /// <summary>In bytes, as of the last <see cref="RefreshAsync"/>; without the header of an image whose encryption is loaded.</summary>
    public ulong Size => StoredSize - Math.Min(StoredSize, DataOffset);

    /// <summary>log2 of <see cref="ObjectSize"/>.</summary>
    public int Order => Header.Order;

    /// <summary>In bytes.</summary>
    public ulong ObjectSize => Header.ObjectSize;

    public ulong ObjectCount => ImageGeometry.CountObjects(StoredSize, Order, StripeUnit, StripeCount);

    public ulong Features => Header.Features;

    public ulong OpFeatures => Header.OpFeatures;

    public ulong Flags => _view.Flags;

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

    internal LayerStack Volume => _layers.Stack;

    internal ImageLayers Layers => _layers;

    internal ImageMerging Merging { get; }

    internal WatcherRegistration Registration => _registration;

    /// <summary>As of the last <see cref="RefreshAsync"/>.</summary>
    internal ImageRecords Records => _follower.Records;

    internal string Description => Pool.Describe(Name);

    private ImageHeader Header => Records.Header.Value;

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
        if (!id.All(char.IsAsciiLetterOrDigit))
            throw new StorageException(Errno.ENOENT, $"there is no image with id {id} in pool {io.Pool.Name}");
        if (await pool.Records.GetAsync(pool.Keys.Header(id), cancellationToken).ConfigureAwait(false) is null)
            await ImageResolution.TryAdoptByIdAsync(pool, id, cancellationToken).ConfigureAwait(false);
        var opening = new ImageOpening(pool, id, readOnly, TimeProvider.System);
        return await opening.OpenAsync(snapshot, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<Image> OpenAsync(
        IoContext io, ByteName name, ByteName? snapshot, bool readOnly, TimeProvider time, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        string id = await ImageResolution.IdOfAsync(pool, name, cancellationToken).ConfigureAwait(false);
        return await new ImageOpening(pool, id, readOnly, time).OpenAsync(snapshot, cancellationToken).ConfigureAwait(false);
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
        ImageWatchers.ListAsync(Pool, Id, cancellationToken);

    /// <summary>Calls <paramref name="callback"/> after every change of the header or the metadata, on a thread of the library.</summary>
    /// <returns>Dispose it to end the watch.</returns>
    public IDisposable WatchUpdates(Action callback) => _follower.AddCallback(callback);

    /// <summary>Commits changed records and returns when everybody else who has the image open follows them.</summary>
    /// <param name="change">
    /// Makes the changed header, and adds what changes with it; null: nothing is to be changed. Called again when others changed the
    /// header meanwhile. May throw.
    /// </param>
    /// <returns>false: nothing was to be changed.</returns>
    internal async Task<bool> ChangeAsync(
        Func<ImageRecords, RecordTransaction, ImageHeader?> change, Operation? operation, CancellationToken cancellationToken)
    {
        RecordCommit? commit = null;
        await ImagePool.RetryAsync(
            $"change image {Description}",
            async () => (commit = await TryChangeAsync(change, operation, cancellationToken).ConfigureAwait(false)) is not { Succeeded: false })
            .ConfigureAwait(false);
        if (commit is not { } done)
            return false;
        await SettleAsync(done.Revision).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc cref="ChangeAsync"/>
    internal Task ChangeHeaderAsync(
        Func<ImageHeader, ImageHeader> change, Operation? operation, CancellationToken cancellationToken) =>
        ChangeAsync((records, _) => change(records.Header.Value), operation, cancellationToken);

    /// <summary>Reads all records anew, whether they changed or not.</summary>
    internal Task CatchUpAsync(CancellationToken cancellationToken) => _follower.CatchUpAsync(cancellationToken);

    /// <summary>Catches up with a change that this handle committed, and waits for everybody else who has it open.</summary>
    internal async Task SettleAsync(long revision)
    {
        await _follower.CatchUpAsync(CancellationToken.None).ConfigureAwait(false);
        await ImageWatchers.WaitForAllAsync(Pool, Id, revision, except: _registration.Key).ConfigureAwait(false);
    }

    /// <summary>All records, read now.</summary>
    internal async Task<ImageRecords> ReadRecordsAsync(CancellationToken cancellationToken) =>
        await ImageRecords.ReadAsync(Pool, Id, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"image {Description} was removed");

    /// <summary>Of the handle: reading an image as it was says nothing of who may change it.</summary>
    /// <exception cref="StorageException">EROFS.</exception>
    internal void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw ReadOnly();
    }

    /// <exception cref="StorageException">EROFS: read-only, or at a snapshot.</exception>
    internal void ThrowUnlessWritable()
    {
        if (!IsWritable)
            throw ReadOnly();
    }

    private async Task<RecordCommit?> TryChangeAsync(
        Func<ImageRecords, RecordTransaction, ImageHeader?> change, Operation? operation, CancellationToken cancellationToken)
    {
        ImageRecords records = await ReadRecordsAsync(cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = operation?.NewTransaction() ?? new RecordTransaction();
        if (change(records, transaction) is not { } changed)
            return null;
        transaction.Require(records.Header.Record).PutHeader(records.Header.Record.Key, changed);
        return await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    // What somebody overrides for the image holds for those who have it open, too.
    private async Task ReconfigureAsync()
    {
        try
        {
            await _conf.RefreshAsync(Pool, Id, CancellationToken.None).ConfigureAwait(false);
            _io.Policy = WritePolicies.Of(_conf);
            _times.Configure(_conf);
        }
        catch (Exception error)
        {
            Log.ChangeNotFollowed(Pool.Logger, Id, error);
        }
    }

    private StorageException ReadOnly() =>
        new(Errno.EROFS, IsReadOnly ? $"image {Description} is open read-only" : $"image {Description} is open at a snapshot");
}
