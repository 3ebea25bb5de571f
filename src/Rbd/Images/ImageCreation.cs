using System.Security.Cryptography;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Creates an image, empty or as a clone: claim, volume, then all its records in one transaction. Whatever ends it early leaves at
/// worst a volume with its claim, never a record without its volume.
/// </summary>
internal sealed class ImageCreation
{
    // In the shape of Ceph's ids; with 48 random bits a second try is never seen.
    private const int IdLength = 12;

    private const int NameLengthMax = 2048 - 7; // "rbd_id." + name is an object's name in Ceph, limited to 2048 bytes

    private readonly ImagePool _pool;
    private readonly ByteName _name;
    private readonly ulong _size;
    private readonly ImageLayout _layout;
    private readonly Pool? _dataPool;
    private readonly CloneOrigin? _origin;
    private MigrationLink? _migration;
    private Record? _namespace;
    private string _layerId = "";

    private ImageCreation(
        ImagePool pool, ByteName name, ulong size, ImageLayout layout, Pool? dataPool, CloneOrigin? origin = null)
    {
        _origin = origin;
        _pool = pool;
        _name = name;
        _size = size;
        _layout = layout;
        _dataPool = dataPool;
    }

    private string NameKey => _pool.Keys.Name(_pool.Namespace, _name);

    public static async Task<int> CreateAsync(
        ImagePool pool, ByteName name, ulong size, ImageOptions options, CancellationToken cancellationToken)
    {
        ThrowUnlessUsable(name);
        CephConf conf = pool.Io.Cluster.Conf;
        ByteName? dataPoolName = DataPoolName(conf, options);
        ImageLayout layout = ImageLayout.Of(conf, size, options);
        _ = pool.Volumes.Limits.RoundUp(size); // EFBIG before anything is done
        Pool? dataPool = await FindDataPoolAsync(pool, dataPoolName, cancellationToken).ConfigureAwait(false);
        await pool.Io.ThrowIfQuotaReachedAsync(cancellationToken).ConfigureAwait(false);

        var creation = new ImageCreation(pool, name, size, layout, dataPool);
        await ImagePool.RetryAsync($"create {pool.Describe(name)}", () => creation.TryAsync(cancellationToken)).ConfigureAwait(false);
        return layout.Order;
    }

    /// <param name="migration">What the clone is the destination of; null: of none.</param>
    /// <param name="readOrigin">Reads the snapshot anew, since it may change before the clone is noted with it.</param>
    public static async Task<int> CloneAsync(
        ImagePool pool, ByteName name, ImageOptions options, Func<Task<CloneOrigin>> readOrigin, CancellationToken cancellationToken, MigrationLink? migration = null)
    {
        ThrowUnlessUsable(name);
        Pool? dataPool = await FindDataPoolAsync(
            pool, DataPoolName(pool.Io.Cluster.Conf, options), cancellationToken).ConfigureAwait(false);
        await pool.Io.ThrowIfQuotaReachedAsync(cancellationToken).ConfigureAwait(false);
        int order = 0;
        await ImagePool.RetryAsync($"clone to {pool.Describe(name)}", TryAsync).ConfigureAwait(false);
        return order;

        async Task<bool> TryAsync()
        {
            CloneOrigin origin = await readOrigin().ConfigureAwait(false);
            ulong size = origin.Snapshot.Value.Size;
            ImageLayout layout = CloneOptions.LayoutOf(pool, options, origin.Image.Value, size);
            order = layout.Order;
            var creation = new ImageCreation(pool, name, size, layout, dataPool, origin) { _migration = migration };
            return await creation.TryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="StorageException">EINVAL: empty. ENAMETOOLONG.</exception>
    public static void ThrowUnlessUsable(ByteName name)
    {
        if (name.IsEmpty)
            throw new StorageException(Errno.EINVAL, "an image's name cannot be empty");
        if (name.Length > NameLengthMax)
            throw new StorageException(Errno.ENAMETOOLONG, $"an image's name of {name.Length} bytes is too long; {NameLengthMax} are possible");
    }

    public static ByteName? DataPoolName(CephConf conf, ImageOptions options)
    {
        ByteName name = options.FindText(ImageOption.DataPool) ?? ByteName.FromText(conf.GetText("rbd_default_data_pool"));
        return name.IsEmpty ? (ByteName?)null : name;
    }

    public static async Task<Pool?> FindDataPoolAsync(ImagePool pool, ByteName? name, CancellationToken cancellationToken)
    {
        if (name is null || name == pool.Io.Pool.Name)
            return null;
        return await pool.Io.Cluster.Pools.FindAsync(name.Value, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no data pool '{name}'");
    }

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        _namespace = await RbdNamespaces.GetCurrentAsync(_pool, cancellationToken).ConfigureAwait(false);
        if (await _pool.Records.GetAsync(NameKey, cancellationToken).ConfigureAwait(false) is not null)
            throw Exists();

        string id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        _layerId = _origin is null ? id : Guid.NewGuid().ToString();
        string volume = await FindFreeVolumeNameAsync(cancellationToken).ConfigureAwait(false) ?? VolumeNames.FromId(_layerId);
        Operation operation = await Operation.StartAsync(_pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            return await CreateAsync(operation, id, volume, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The name after the image; null when it can't be had, or an overlay would have it.</returns>
    private async Task<string?> FindFreeVolumeNameAsync(CancellationToken cancellationToken)
    {
        await ThrowIfFoundVolumeAsync(cancellationToken).ConfigureAwait(false);
        if (_origin is not null || _dataPool is not null || !_pool.Namespace.IsEmpty)
            return null;
        string? volume = VolumeNames.FromImage(_name, _pool.Volumes.Limits);
        if (volume is null)
            return null;

        Stored<VolumeClaim>? claim = await VolumeClaims.FindAsync(_pool, volume, cancellationToken).ConfigureAwait(false);
        if (claim is null)
            return volume;
        if (claim.Value.State == ClaimState.Creating)
            throw Exists();
        return null; // of a renamed image, or of one that is being removed at this moment
    }

    // A volume that nobody claims is an image of this name already.
    private async Task ThrowIfFoundVolumeAsync(CancellationToken cancellationToken)
    {
        if (await ImageAdoption.FindVolumeAsync(_pool, _name, cancellationToken).ConfigureAwait(false) is not null)
            throw Exists();
    }

    private async Task<bool> CreateAsync(Operation operation, string id, string volume, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? claim = await ClaimAsync(operation, id, volume, cancellationToken).ConfigureAwait(false);
        if (claim is null)
            return false;

        bool isCommitted;
        try
        {
            await MakeVolumeAsync(claim.Value.Path, cancellationToken).ConfigureAwait(false);
            if (_origin is not null)
                await CopyMetadataAsync(_origin, id, cancellationToken).ConfigureAwait(false);
            isCommitted = await PublishAsync(operation, claim, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.EEXIST)
        {
            // Another tool's volume, made since we looked: not ours to delete.
            await _pool.Records.CommitAsync(
                new RecordTransaction().Require(claim.Record).Delete(claim.Record.Key), CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        catch
        {
            if (await IsUndoneAsync(operation, claim).ConfigureAwait(false))
                throw;
            return true;
        }

        if (!isCommitted)
            await IsUndoneAsync(operation, claim).ConfigureAwait(false);
        return isCommitted;
    }

    private async Task MakeVolumeAsync(VolumePath path, CancellationToken cancellationToken)
    {
        try
        {
            await (_origin is null
                ? _pool.Volumes.CreateAsync(path, _pool.Volumes.Limits.RoundUp(_size), cancellationToken)
                : OverlayVolume.CreateAsync(_pool.Volumes, path, OverlayHeader.For(_size, Guid.Parse(_layerId)), cancellationToken)).ConfigureAwait(false);
        }
        catch (StorageException refusal) when (refusal.Errno == Errno.EACCES)
        {
            // Ceph's answer to a user who may not write to the pool. Nova goes another way when a clone is refused with it, and with no other.
            throw new StorageException(Errno.EPERM, refusal.Message, refusal);
        }
    }

    // Before there is an image: cut short, they go with the claim.
    private async Task CopyMetadataAsync(CloneOrigin origin, string id, CancellationToken cancellationToken)
    {
        string from = origin.Pool.Keys.ImageMetadata(origin.Image.Value.Id);
        string to = _pool.Keys.ImageMetadata(id);
        IReadOnlyList<Record> pairs = await _pool.Records.RangeAsync(from, null, 0, cancellationToken).ConfigureAwait(false);
        foreach (Record[] batch in pairs.Chunk(ImagePool.TransactionMax))
        {
            var transaction = new RecordTransaction();
            foreach (Record pair in batch)
                transaction.Put(to + pair.Key[from.Length..], pair.Value);
            await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Stored<VolumeClaim>?> ClaimAsync(
        Operation operation, string id, string volume, CancellationToken cancellationToken)
    {
        var claim = new VolumeClaim
        {
            State = ClaimState.Creating,
            Pool = (_dataPool ?? _pool.Io.Pool).Directory,
            Volume = volume,
            Owner = _pool.Owner,
            ImageId = id,
            ImagePoolId = _pool.Id,
            Operation = operation.Id,
        };
        string key = new RecordKeys(_dataPool?.Id ?? _pool.Id).Claim(volume);
        var transaction = operation.NewTransaction().RequireAbsent(key).RequireAbsent(NameKey).PutClaim(key, claim);
        RecordCommit commit = await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded ? new Stored<VolumeClaim>(new Record(key, default, commit.Revision, 0), claim) : null;
    }

    private async Task<bool> PublishAsync(Operation operation, Stored<VolumeClaim> claim, CancellationToken cancellationToken)
    {
        VolumeClaim live = claim.Value with { State = ClaimState.Live, Operation = 0 };
        ImageHeader header = NewHeader(live.ImageId);
        LayerRecord layer = NewLayer(live.Path);
        RecordTransaction transaction = operation.NewTransaction()
            .Require(claim.Record)
            .RequireNamespace(_pool, _namespace)
            .RequireAbsent(NameKey)
            .RequireAbsent(_pool.Keys.Header(header.Id))
            .PutName(NameKey, header.Id)
            .PutHeader(_pool.Keys.Header(header.Id), header)
            .PutLayer(_pool.Keys.Layer(header.Id, header.HeadLayer), layer)
            .PutClaim(claim.Record.Key, live);
        _origin?.AddTo(transaction, header, _pool.Id);
        RecordCommit commit = await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (commit.Succeeded && _origin is not null)
            await _origin.SettleAsync(commit.Revision).ConfigureAwait(false);
        return commit.Succeeded;
    }

    private LayerRecord NewLayer(VolumePath path) => new()
    {
        Kind = _origin is null ? LayerKind.Plain : LayerKind.Overlay,
        Pool = path.Pool,
        Volume = path.Name,
        Owner = path.Owner,
        BelowOverlap = _origin is null ? null : _size,
        Capacity = _origin is null ? null : OverlayHeader.For(_size, Guid.Empty).Capacity,
    };

    private ImageHeader NewHeader(string id)
    {
        ImageHeader header = NewEmptyHeader(id);
        if (_origin is null)
            return header;
        ulong operations = _origin.CloneFormat == 2 ? OperationFeatures.CloneChild : 0;
        header = header.WithOperations(operations) with { Parent = _origin.NewLink(), Migration = _migration };
        return _migration is null ? header : header with { Features = header.Features | ImageFeatures.Migrating };
    }

    private ImageHeader NewEmptyHeader(string id) => new()
    {
        Id = id,
        Name = _name,
        Namespace = _pool.Namespace,
        Size = _size,
        Order = _layout.Order,
        Features = _layout.Features | (_dataPool is null ? 0 : ImageFeatures.DataPool),
        StripeUnit = _layout.StripeUnit,
        StripeCount = _layout.StripeCount,
        Created = TimeProvider.System.GetUtcNow(),
        DataPoolId = _dataPool?.Id ?? _pool.Id,
        HeadLayer = _layerId,
    };

    /// <returns>false: the records were committed although the commit seemed to fail.</returns>
    private async Task<bool> IsUndoneAsync(Operation operation, Stored<VolumeClaim> claim)
    {
        try
        {
            if (await VolumeClaims.UndoOrFinishAsync(_pool, operation, claim, CancellationToken.None).ConfigureAwait(false))
                return true;
            Stored<ImageNameRecord>? name = await _pool.GetAsync(
                NameKey, RbdJsonContext.Default.ImageNameRecord, CancellationToken.None).ConfigureAwait(false);
            return !string.Equals(name?.Value.Id, claim.Value.ImageId, StringComparison.Ordinal);
        }
        catch (StorageException error)
        {
            Log.CreationNotUndone(_pool.Logger, _pool.Describe(_name), error);
            return true;
        }
    }

    private StorageException Exists() => new(Errno.EEXIST, $"image {_pool.Describe(_name)} exists already");
}
