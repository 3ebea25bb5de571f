using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    // A progress in percent wants no more.
    private const ulong StepsMax = 100;

    /// <summary>
    /// Reads the tables that say where data lies, which are an image's object map, and clears the flags that call it invalid, of what
    /// this handle is at.
    /// </summary>
    /// <param name="progress">In objects.</param>
    /// <exception cref="StorageException">EINVAL: it has no object map. EROFS: read-only. EIO: a table is damaged.</exception>
    /// <exception cref="CallbackAbortedException">The flags are as they were.</exception>
    public async Task RebuildObjectMapAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        ThrowIfReadOnly();
        await CheckObjectMapAsync(progress, cancellationToken).ConfigureAwait(false);
        ulong snapshotId = SnapshotId;
        await ChangeAsync(
            (records, transaction) => ClearFlags(records, transaction, snapshotId), operation: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the tables that say where data lies, of what this handle is at.</summary>
    /// <inheritdoc cref="RebuildObjectMapAsync"/>
    public async Task CheckObjectMapAsync(ProgressCallback? progress, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        if ((Features & ImageFeatures.ObjectMap) == 0)
            throw new StorageException(Errno.EINVAL, $"image {Description} has no object map: switch the feature object-map on");
        ulong total = ImageGeometry.CountObjects(Size, Order);
        ulong step = Math.Max(1, total / StepsMax);
        for (ulong done = 0; done < total;)
        {
            ulong offset = done << Order;
            ulong length = Math.Min(step << Order, Size - offset);
            await DiffAsync(0, offset, length, includeParent: false, wholeObject: true, (_, _, _) => 0, cancellationToken).ConfigureAwait(false);
            done = Math.Min(done + step, total);
            int answer = progress?.Invoke(done, total) ?? 0;
            if (answer < 0)
                throw new CallbackAbortedException(answer);
        }
    }

    private ImageHeader? ClearFlags(ImageRecords records, RecordTransaction transaction, ulong snapshotId)
    {
        const ulong Invalid = ImageFlags.ObjectMapInvalid | ImageFlags.FastDiffInvalid;
        ImageHeader header = records.Header.Value;
        if (snapshotId == Snapshot.HeadId)
            return (header.Flags & Invalid) == 0 ? null : header with { Flags = header.Flags & ~Invalid };
        Stored<SnapshotRecord> snapshot = records.FindSnapshot(snapshotId)
            ?? throw new StorageException(Errno.ENOENT, $"image {Description}: its snapshot {snapshotId} was removed");
        if ((snapshot.Value.Flags & Invalid) == 0)
            return null;
        transaction.Require(snapshot.Record).PutSnapshot(snapshot.Record.Key, snapshot.Value with { Flags = snapshot.Value.Flags & ~Invalid });
        return header;
    }
}
