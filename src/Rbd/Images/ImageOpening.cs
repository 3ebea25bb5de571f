using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Opens an image: watch, records, watcher, volumes, in this order, so that nothing changes unseen in between.</summary>
internal sealed class ImageOpening(ImagePool pool, string id, bool isReadOnly, TimeProvider time)
{
    // The image is barred only while a removal or a volume's renaming commits, and frozen while its layers change; this long means that it hangs.
    private static readonly TimeSpan s_barTimeout = TimeSpan.FromSeconds(30);

    /// <param name="snapshot">null or empty for the head.</param>
    public async Task<Image> OpenAsync(ByteName? snapshot, CancellationToken cancellationToken)
    {
        ImageFollower follower = await ImageFollower.WatchAsync(pool, id, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(follower, snapshot, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await follower.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Image> OpenAsync(
        ImageFollower follower, ByteName? snapshot, CancellationToken cancellationToken)
    {
        var registration = new WatcherRegistration(pool, id, isReader: isReadOnly);
        ImageRecords records = await RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
        try
        {
            follower.Begin(records);
            ulong snapshotId = snapshot is { IsEmpty: false } name ? ImageView.Find(records, name).Id : Snapshot.HeadId;
            ImageView view = ImageView.Of(records, snapshotId);
            ConfOverrides conf = await ConfOverrides.ReadAsync(pool, records.Metadata, cancellationToken).ConfigureAwait(false);
            ImageLayers layers = await ImageLayers.OpenAsync(follower, view, isReadOnly, NewIo).ConfigureAwait(false);
            try
            {
                var image = new Image(follower, layers, registration, view, isReadOnly, conf, time);
                await image.Ownership.BeginAsync(cancellationToken).ConfigureAwait(false);
                follower.Follow(image.ApplyAsync, image.AcknowledgeAsync);
                image.Merging.Schedule(records);
                return image;
            }
            catch
            {
                await layers.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            ImageIo NewIo(LayerStack stack) =>
                new(stack, stack.Limits, WritePolicies.Of(conf), pool.Describe(records.Header.Value.Name));
        }
        catch
        {
            await registration.WithdrawAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ImageRecords> RegisterAsync(WatcherRegistration registration, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while (true)
        {
            ImageRecords? records = await ImageRecords.ReadAsync(pool, id, cancellationToken).ConfigureAwait(false);
            if (records is null || records.Header.Value.Namespace != pool.Namespace)
                throw new StorageException(Errno.ENOENT, $"there is no image with id {id} in pool {pool.Io.Pool.Name}");
            if (!isReadOnly)
                MigrationBar.ThrowIfSource(records.Header.Value, pool.Describe(records.Header.Value.Name));
            registration.NeedsOwner = Image.DoesNeedOwner(records);
            if (await registration.TryRegisterAsync(records.Header, cancellationToken).ConfigureAwait(false))
                return records;
            if (time.GetElapsedTime(begun) > s_barTimeout)
            {
                string image = pool.Describe(records.Header.Value.Name);
                throw new StorageException(Errno.EBUSY, $"image {image} is being removed or moved, or its layers change, for too long");
            }

            await Task.Delay(Operation.PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
