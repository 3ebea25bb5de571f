using System.Security.Cryptography;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes the destination of a migration. It gets the source's snapshots and layers, whose volumes it borrows, and an overlay on top that
/// takes what is written from now on. So nothing of the source changes, and its records and volumes are the way back. One transaction
/// takes the name from the source and makes the destination an image; the source's clones then follow one by one.
/// </summary>
internal sealed class MigrationPreparation(
    ImagePool source, ByteName sourceName, ImagePool destination, ByteName askedName, ImageOptions options)
{
    private const int IdLength = 12;

    private readonly ByteName _name = askedName.IsEmpty ? sourceName : askedName;

    private string SourceNameKey => source.Keys.Name(source.Namespace, sourceName);

    private string NameKey => destination.Keys.Name(destination.Namespace, _name);

    private bool KeepsName => string.Equals(NameKey, SourceNameKey, StringComparison.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImageCreation.ThrowUnlessUsable(_name);
        await destination.Io.ThrowIfQuotaReachedAsync(cancellationToken).ConfigureAwait(false);
        await SettleSourceAsync(cancellationToken).ConfigureAwait(false);
        MigrationPair? pair = null;
        await ImagePool.RetryAsync(
            $"prepare the migration of {source.Describe(sourceName)}",
            async () => (pair = await TryAsync(cancellationToken).ConfigureAwait(false)) is not null).ConfigureAwait(false);
        MigrationWork work = await MigrationWork.BeginAsync(pair!, "prepare", cancellationToken).ConfigureAwait(false);
        await using (work.ConfigureAwait(false))
        {
            await new CloneRelinking(source, pair!.SourceId!, destination, pair.DestinationId).RunAsync(cancellationToken).ConfigureAwait(false);
            await work.SetStateAsync(MigrationState.Prepared, null, cancellationToken).ConfigureAwait(false);
        }
    }

    // As its owner for a moment: writes of one that died can't come late any more.
    private async Task SettleSourceAsync(CancellationToken cancellationToken)
    {
        Image image = await Image.OpenAsync(source.Io, sourceName, null, readOnly: false, cancellationToken).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ThrowUnlessMovable(image.Records);
            IReadOnlyList<ImageWatcher> watchers = await image.ListWatchersAsync(cancellationToken).ConfigureAwait(false);
            if (watchers.Count > 1)
                throw InUse();
            await image.Ownership.TakeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>null: somebody else was at work, look again.</returns>
    private async Task<MigrationPair?> TryAsync(CancellationToken cancellationToken)
    {
        string sourceId = await ImageResolution.IdOfAsync(source, sourceName, cancellationToken).ConfigureAwait(false);
        Operation operation = await Operation.StartAsync(source, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
        {
            ImageRecords records = await ReadAsync(sourceId, cancellationToken).ConfigureAwait(false);
            if (await ImageBar.TryPutAsync(source, operation, records.Header, cancellationToken).ConfigureAwait(false) is not { } bar)
            {
                await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
                return null;
            }

            if ((await ImageWatchers.ListAsync(source, sourceId, cancellationToken).ConfigureAwait(false)).Count > 0)
                throw InUse();
            ThrowUnlessMovable(records);
            if (!KeepsName)
                await ImageRename.ThrowIfTakenAsync(destination, _name, cancellationToken).ConfigureAwait(false);
            ImageHeader header = await NewHeaderAsync(records.Header.Value, cancellationToken).ConfigureAwait(false);
            return await CreateAsync(operation, bar, records, header, cancellationToken).ConfigureAwait(false)
                ? new MigrationPair(destination, header.Id, source, sourceId)
                : null;
        }
    }

    private async Task<ImageRecords> ReadAsync(string id, CancellationToken cancellationToken)
    {
        ImageRecords? records = await ImageRecords.ReadAsync(source, id, cancellationToken).ConfigureAwait(false);
        if (records is not null && records.Layers.Values.Any(layer => layer.Value.MovingTo is not null))
        {
            await VolumeMove.FollowNameAsync(source, id, cancellationToken).ConfigureAwait(false);
            records = await ImageRecords.ReadAsync(source, id, cancellationToken).ConfigureAwait(false);
        }

        return records ?? throw new StorageException(Errno.ENOENT, $"image {source.Describe(sourceName)} was removed");
    }

    private async Task<ImageHeader> NewHeaderAsync(ImageHeader origin, CancellationToken cancellationToken)
    {
        ImageOptions complete = options.Clone();
        bool flattens = complete.FindNumber(ImageOption.Flatten) is > 0;
        foreach (ImageOption option in new[] { ImageOption.Flatten, ImageOption.CloneFormat })
        {
            if (complete.IsSet(option))
                complete.Unset(option);
        }

        if (complete.FindNumber(ImageOption.Order) is null or 0)
            complete.Set(ImageOption.Order, (ulong)origin.Order);
        if (!complete.IsSet(ImageOption.Features))
            complete.Set(ImageOption.Features, origin.Features);
        if (!complete.IsSet(ImageOption.StripeUnit) && !complete.IsSet(ImageOption.StripeCount) && !options.IsSet(ImageOption.Order))
        {
            complete.Set(ImageOption.StripeUnit, origin.StripeUnit);
            complete.Set(ImageOption.StripeCount, origin.StripeCount);
        }

        CephConf conf = destination.Io.Cluster.Conf;
        ImageLayout layout = ImageLayout.Of(conf, origin.Size, complete);
        Pool? dataPool = await ImageCreation.FindDataPoolAsync(
            destination, ImageCreation.DataPoolName(conf, complete), cancellationToken).ConfigureAwait(false);
        ulong features = layout.Features | ImageFeatures.Migrating | (dataPool is null ? 0 : ImageFeatures.DataPool);
        return (origin with
        {
            Id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true),
            Name = _name,
            Namespace = destination.Namespace,
            CutEnd = 0,
            Order = layout.Order,
            Features = features,
            StripeUnit = layout.StripeUnit,
            StripeCount = layout.StripeCount,
            DataPoolId = dataPool?.Id ?? destination.Id,
            Migration = new MigrationLink
            {
                Role = MigrationRole.Destination,
                PoolId = source.Id,
                Namespace = source.Namespace,
                ImageId = origin.Id,
                DataPoolId = origin.DataPoolId,
                State = MigrationState.Preparing,
                Flattens = flattens && origin.Parent is not null ? true : null,
            },
        }).WithOperations(origin.OpFeatures);
    }

    private async Task<bool> CreateAsync(
        Operation operation, Record bar, ImageRecords records, ImageHeader header, CancellationToken cancellationToken)
    {
        var near = new LayerRecord
        {
            Kind = LayerKind.Overlay,
            Pool = await destination.GetDirectoryAsync(header.DataPoolId, cancellationToken).ConfigureAwait(false),
            Volume = "",
            Owner = destination.Owner,
        };
        ulong capacity = OverlayHeader.For(header.Size, Guid.Empty).Capacity;
        NewLayer head = await NewLayer.CreateOverlayAsync(destination, operation, header, near, capacity, cancellationToken).ConfigureAwait(false);
        bool isCommitted = false;
        try
        {
            await CopyRecordsAsync(records, header.Id, cancellationToken).ConfigureAwait(false);
            isCommitted = await PublishAsync(operation, bar, records, header, head, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isCommitted)
                await head.UndoAsync(destination, operation).ConfigureAwait(false);
        }

        return isCommitted;
    }

    // Before there is an image: cut short, they go with the claim on the head's volume.
    private async Task CopyRecordsAsync(ImageRecords records, string id, CancellationToken cancellationToken)
    {
        string sourceId = records.Header.Value.Id;
        IReadOnlyList<Record> metadata = await source.Records.RangeAsync(
            source.Keys.ImageMetadata(sourceId), null, 0, cancellationToken).ConfigureAwait(false);
        string from = source.Keys.Image(sourceId);
        string to = destination.Keys.Image(id);
        (string Key, ReadOnlyMemory<byte> Value)[] copies =
        [
            .. metadata.Concat(records.Snapshots.Select(snapshot => snapshot.Record))
                .Select(record => (to + record.Key[from.Length..], record.Value)),
            .. records.Layers.Values.Select(layer => (
                to + layer.Record.Key[from.Length..],
                (ReadOnlyMemory<byte>)Stored.Serialize(layer.Value with { IsBorrowed = true }, RbdJsonContext.Default.LayerRecord))),
        ];
        foreach ((string Key, ReadOnlyMemory<byte> Value)[] batch in copies.Chunk(ImagePool.TransactionMax))
        {
            var transaction = new RecordTransaction();
            foreach ((string key, ReadOnlyMemory<byte> value) in batch)
                transaction.Put(key, value);
            await destination.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> PublishAsync(
        Operation operation, Record bar, ImageRecords records, ImageHeader header, NewLayer head, CancellationToken cancellationToken)
    {
        ImageHeader origin = records.Header.Value;
        Record? name = await source.Records.GetAsync(SourceNameKey, cancellationToken).ConfigureAwait(false);
        if (name is null)
            return false;
        Record? inNamespace = await RbdNamespaces.GetCurrentAsync(destination, cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = operation.NewTransaction()
            .Require(bar)
            .Require(records.Header.Record)
            .Require(name)
            .RequireAbsent(source.Keys.LastOwner(origin.Id))
            .RequireNamespace(destination, inNamespace)
            .RequireAbsent(destination.Keys.Header(header.Id))
            .Delete(bar.Key)
            .PutTrash(source.Keys.TrashEntry(origin.Id), NewTrashRecord(origin.Id))
            .PutHeader(records.Header.Record.Key, Moved(origin, header.Id))
            .PutHeader(destination.Keys.Header(header.Id), header with { HeadLayer = head.Id })
            .PutName(NameKey, header.Id);
        if (!KeepsName)
            transaction.RequireAbsent(NameKey).Delete(SourceNameKey);
        // What lies behind the source's end is nobody's, however the destination grows.
        head.AddTo(transaction, destination, header.Id, head.Record with { Below = origin.HeadLayer, BelowOverlap = origin.Size });
        await AddParentAsync(transaction, header, cancellationToken).ConfigureAwait(false);
        return await destination.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private ImageHeader Moved(ImageHeader origin, string destinationId) => origin with
    {
        Features = origin.Features | ImageFeatures.Migrating,
        Migration = new MigrationLink
        {
            Role = MigrationRole.Source,
            PoolId = destination.Id,
            Namespace = destination.Namespace,
            ImageId = destinationId,
        },
    };

    private TrashRecord NewTrashRecord(string id)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new TrashRecord
        {
            Id = id,
            Name = sourceName,
            Namespace = source.Namespace,
            Source = TrashSource.Migration,
            DeletedAt = now,
            DeferredUntil = now,
        };
    }

    // Both are clones of it as long as there are both.
    private async Task AddParentAsync(RecordTransaction transaction, ImageHeader header, CancellationToken cancellationToken)
    {
        if (header.Parent is not { } link)
            return;
        ImagePool parentPool = await destination.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.EIO, $"image {source.Describe(sourceName)} is a clone, but the pool {link.PoolId} of its parent is gone");
        Stored<SnapshotRecord> snapshot = await parentPool.GetAsync(
            parentPool.Keys.Snapshot(link.ImageId, link.SnapshotId), RbdJsonContext.Default.SnapshotRecord, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.EIO, $"image {source.Describe(sourceName)} is a clone, but its parent's snapshot {link.SnapshotId} is gone");
        var child = new ChildRecord
        {
            PoolId = destination.Id,
            Namespace = destination.Namespace,
            ImageId = header.Id,
            CloneFormat = link.CloneFormat,
        };
        transaction
            .Require(snapshot.Record)
            .PutSnapshot(snapshot.Record.Key, snapshot.Value)
            .PutChild(parentPool.Keys.Child(link.ImageId, link.SnapshotId, destination.Id, header.Id), child);
    }

    private void ThrowUnlessMovable(ImageRecords records)
    {
        string image = source.Describe(sourceName);
        ImageHeader header = records.Header.Value;
        if (header.Migration is not null)
            throw new StorageException(Errno.EBUSY, $"image {image} migrates already: commit or abort that first");
        if (header.Group is not null)
            throw new StorageException(Errno.EBUSY, $"image {image} belongs to a group: take it out of the group first (rbd group image remove)");
        if (records.Snapshots.Any(snapshot => snapshot.Value.NamespaceType != SnapshotNamespaceType.User))
            throw new StorageException(Errno.EBUSY, $"image {image} has snapshots of groups or in the trash, which can't migrate: remove them first");
    }

    private StorageException InUse() =>
        new(Errno.EBUSY, $"image {source.Describe(sourceName)} is open: close it everywhere, then migrate it (rbd status shows who)");
}
