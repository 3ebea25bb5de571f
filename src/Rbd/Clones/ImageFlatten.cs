using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes a clone independent of its parent. A plain layer is slipped in below all of the clone's own, filled with what the parent shows,
/// and then the link is cut, for the clone's snapshots too. Nobody has to stop for it: at every step the clone reads the same in the
/// old order of layers and in the new one. Cut short anywhere, it goes on from there when it is called again.
/// </summary>
internal sealed class ImageFlatten
{
    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly string _image;
    private readonly ReencryptedParent? _parent;
    private readonly Operation _operation;
    private readonly ProgressCallback? _progress;

    private ImageFlatten(ImagePool pool, string id, string image, ReencryptedParent? parent, Operation operation, ProgressCallback? progress)
    {
        _pool = pool;
        _id = id;
        _image = image;
        _parent = parent;
        _operation = operation;
        _progress = progress;
    }

    /// <param name="image">For messages.</param>
    /// <param name="parent">What the clone shows of its parent, if that is not simply what the parent's layers hold.</param>
    public static async Task RunAsync(
        ImagePool pool, string id, string image, ReencryptedParent? parent, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await new ImageFlatten(pool, id, image, parent, operation, progress).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken).ConfigureAwait(false);
        ImageRecords records = await ReadAsync(cancellationToken).ConfigureAwait(false);
        ParentLink link = records.Header.Value.Parent
            ?? throw new StorageException(Errno.EINVAL, $"image {_image} has no parent: there is nothing to flatten");
        MigrationBar.ThrowIfSharing(records.Header.Value, _image);
        Stored<LayerRecord> bottom = BottomOf(records);
        if (bottom.Value.LiesOnParent)
        {
            if (bottom.Value.Kind == LayerKind.Overlay)
                bottom = await SlipInAsync(records, cancellationToken).ConfigureAwait(false);
            await FillAsync(records.Header.Value, link, bottom, cancellationToken).ConfigureAwait(false);
        }

        await CutAsync(cancellationToken).ConfigureAwait(false);
        ulong objects = records.Header.Value.ObjectCount;
        _progress?.Invoke(objects, objects);
    }

    // Two at once would fill the same layer, each with its own idea of how far it is. The lock goes with the operation.
    private async Task LockAsync(CancellationToken cancellationToken)
    {
        string key = _pool.Keys.Flatten(_id);
        while (true)
        {
            ImageRecords records = await ReadAsync(cancellationToken).ConfigureAwait(false);
            RecordTransaction transaction = _operation.NewTransaction()
                .Require(records.Header.Record)
                .RequireAbsent(_pool.Keys.Bar(_id))
                .RequireAbsent(key)
                .PutMarker(key, _operation.Id);
            if (await _pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
                return;
            await Task.Delay(Operation.PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Stored<LayerRecord>> SlipInAsync(ImageRecords records, CancellationToken cancellationToken)
    {
        ImageHeader header = records.Header.Value;
        LayerRecord bottom = BottomOf(records).Value;
        ulong size = Math.Max(header.Size, bottom.BelowOverlap ?? 0);
        NewLayer plain = await NewLayer.CreatePlainAsync(_pool, _operation, header, bottom, size, cancellationToken).ConfigureAwait(false);
        try
        {
            await ChangeAsync("flatten", SlipIn, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await plain.UndoAsync(_pool, _operation).ConfigureAwait(false);
            throw;
        }

        return BottomOf(await ReadAsync(cancellationToken).ConfigureAwait(false));

        ImageHeader SlipIn(ImageRecords current, RecordTransaction transaction)
        {
            Stored<LayerRecord> above = BottomOf(current);
            plain.AddTo(transaction, _pool, _id, plain.Record with { BelowOverlap = above.Value.BelowOverlap, Filled = 0 });
            transaction.PutLayer(above.Record.Key, above.Value with { Below = plain.Id, BelowOverlap = null });
            return current.Header.Value;
        }
    }

    private async Task FillAsync(
        ImageHeader header, ParentLink link, Stored<LayerRecord> bottom, CancellationToken cancellationToken)
    {
        if (_parent is not null)
        {
            await FillAsync(header, _parent, _parent.End, bottom, cancellationToken).ConfigureAwait(false);
            return;
        }

        Image parent = await ParentLookup.OpenAsync(_pool, _image, link, cancellationToken).ConfigureAwait(false);
        await using (parent.ConfigureAwait(false))
            await FillAsync(header, new SnapshotContent(parent), parent.Size, bottom, cancellationToken).ConfigureAwait(false);
    }

    private async Task FillAsync(
        ImageHeader header, IFillSource content, ulong end, Stored<LayerRecord> bottom, CancellationToken cancellationToken)
    {
        IVolume target = await _pool.Volumes.OpenAsync(bottom.Value.Path, readOnly: false, cancellationToken).ConfigureAwait(false);
        await using (target.ConfigureAwait(false))
        {
            ulong length = Math.Min(bottom.Value.BelowOverlap ?? end, end);
            Report(0);
            var fill = new LayerFill(content, target, Report);
            await fill.RunAsync(bottom.Value.Filled ?? 0, length, RecordAsync, cancellationToken).ConfigureAwait(false);

            void Report(ulong copied) => this.Report(Math.Min(copied, length) >> header.Order, header.ObjectCount);
        }

        // The watermark changes nothing that anybody reads, so nobody has to follow it.
        async Task RecordAsync(ulong filled)
        {
            LayerRecord record = bottom.Value with { Filled = filled };
            RecordTransaction transaction = _operation.NewTransaction().Require(bottom.Record).PutLayer(bottom.Record.Key, record);
            RecordCommit commit = await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (!commit.Succeeded)
                throw new StorageException(Errno.ESHUTDOWN, $"flatten of image {_image}: its session was lost, or the image was removed");
            bottom = new Stored<LayerRecord>(bottom.Record with { Revision = commit.Revision }, record);
        }
    }

    // First everybody stops to look at the parent, only then may it go.
    private async Task CutAsync(CancellationToken cancellationToken)
    {
        long revision = await ChangeAsync("flatten", Detach, cancellationToken).ConfigureAwait(false);
        await WaitForAllAsync(revision).ConfigureAwait(false);
        await ImagePool.RetryAsync($"flatten {_image}", () => TryUnlinkAsync(cancellationToken)).ConfigureAwait(false);

        ImageHeader Detach(ImageRecords current, RecordTransaction transaction)
        {
            Stored<LayerRecord> plain = BottomOf(current);
            transaction.PutLayer(plain.Record.Key, plain.Value with { Filled = null, BelowOverlap = null });
            return current.Header.Value;
        }
    }

    private async Task<bool> TryUnlinkAsync(CancellationToken cancellationToken)
    {
        ImageRecords records = await ReadAsync(cancellationToken).ConfigureAwait(false);
        ImageHeader header = records.Header.Value;
        CloneDetachment? detachment = await CloneDetachment.ReadAsync(_pool, header, cancellationToken).ConfigureAwait(false);
        ImageHeader unlinked = header.WithOperations(header.OpFeatures & ~OperationFeatures.CloneChild) with { Parent = null };
        RecordTransaction transaction = _operation.NewTransaction()
            .Require(records.Header.Record)
            .PutHeader(records.Header.Record.Key, unlinked);
        detachment?.AddTo(transaction);
        RecordCommit commit = await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            return false;
        await ImageWatchers.WaitForWritersAsync(_pool, _id, commit.Revision, except: null).ConfigureAwait(false);
        if (detachment is not null)
            await detachment.SettleAsync(commit.Revision).ConfigureAwait(false);
        return true;
    }

    private async Task<long> ChangeAsync(
        string what, Func<ImageRecords, RecordTransaction, ImageHeader> change, CancellationToken cancellationToken)
    {
        long revision = 0;
        await ImagePool.RetryAsync($"{what} {_image}", TryAsync).ConfigureAwait(false);
        return revision;

        async Task<bool> TryAsync()
        {
            ImageRecords records = await ReadAsync(cancellationToken).ConfigureAwait(false);
            RecordTransaction transaction = _operation.NewTransaction().Require(records.Header.Record);
            transaction.PutHeader(records.Header.Record.Key, change(records, transaction));
            RecordCommit commit = await _pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            revision = commit.Revision;
            return commit.Succeeded;
        }
    }

    // Somebody who still looks at the parent may meet an error when it goes; but a client that hangs must not keep the clone for ever.
    private async Task WaitForAllAsync(long revision)
    {
        ulong timeout = Math.Clamp(_pool.Io.Cluster.Conf.GetUInt("rbd_request_timed_out_seconds"), 1, 3600);
        long begun = Environment.TickCount64;
        while (!await ImageWatchers.WaitForAllAsync(_pool, _id, revision, except: null).ConfigureAwait(false)
            && Environment.TickCount64 - begun < (long)timeout * 1000)
        {
        }
    }

    private void Report(ulong done, ulong objects)
    {
        int answer = _progress?.Invoke(Math.Min(done, objects), objects) ?? 0;
        if (answer < 0)
            throw new CallbackAbortedException(answer);
    }

    private async Task<ImageRecords> ReadAsync(CancellationToken cancellationToken) =>
        await ImageRecords.ReadAsync(_pool, _id, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"image {_image} was removed");

    private static Stored<LayerRecord> BottomOf(ImageRecords records) =>
        records.Layers.Values.First(layer => layer.Value.Below is null);
}
