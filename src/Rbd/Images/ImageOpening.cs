using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Opens an image: watch, records, watcher, volume, in this order, so that nothing changes unseen in between.</summary>
internal sealed class ImageOpening(ImagePool pool, string id, bool isReadOnly, TimeProvider time)
{
    // The image is barred only while a removal or a volume's renaming commits; this long means that it hangs.
    private static readonly TimeSpan s_barTimeout = TimeSpan.FromSeconds(30);

    public async Task<Image> OpenAsync(CancellationToken cancellationToken)
    {
        HeaderFollower follower = await HeaderFollower.WatchAsync(pool, id, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(follower, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await follower.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Image> OpenAsync(HeaderFollower follower, CancellationToken cancellationToken)
    {
        WatcherRegistration? watcher = isReadOnly ? null : new WatcherRegistration(pool, id);
        ImageRecords records = await RegisterAsync(watcher, cancellationToken).ConfigureAwait(false);
        try
        {
            ConfOverrides conf = await ConfOverrides.ReadAsync(pool, records.Metadata, cancellationToken).ConfigureAwait(false);
            LayerStack layers = await OpenLayersAsync(records.Header.Value, cancellationToken).ConfigureAwait(false);
            var image = new Image(pool, records, layers, follower, watcher, isReadOnly, conf, time);
            follower.Follow(records.Header, image.ApplyHeaderAsync, watcher is null ? _ => Task.CompletedTask : watcher.AcknowledgeAsync);
            return image;
        }
        catch
        {
            if (watcher is not null)
                await watcher.WithdrawAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ImageRecords> RegisterAsync(WatcherRegistration? watcher, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while (true)
        {
            ImageRecords? records = await ImageRecords.ReadAsync(pool, id, cancellationToken).ConfigureAwait(false);
            if (records is null || records.Header.Value.Namespace != pool.Namespace)
                throw new StorageException(Errno.ENOENT, $"there is no image with id {id} in pool {pool.Io.Pool.Name}");
            if (watcher is null || await watcher.TryRegisterAsync(records.Header, cancellationToken).ConfigureAwait(false))
                return records;
            if (time.GetElapsedTime(begun) > s_barTimeout)
                throw new StorageException(Errno.EBUSY, $"image {pool.Describe(records.Header.Value.Name)} is being removed or moved");
            await Task.Delay(Operation.PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LayerStack> OpenLayersAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        IVolume volume = await OpenVolumeAsync(header, cancellationToken).ConfigureAwait(false);
        var plain = new LayerSource(volume, pool.Volumes.Limits, IsOverlay: false);
        return await LayerStack.OpenAsync([plain], LayerStackOptions.Default).ConfigureAwait(false);
    }

    private async Task<IVolume> OpenVolumeAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        VolumePath? missing = null;
        while (true)
        {
            VolumePath path = await FindVolumeAsync(header, cancellationToken).ConfigureAwait(false);
            if (path == missing)
            {
                // Not ENOENT: the image is there, and a caller who takes it for missing may do the wrong thing.
                throw new StorageException(
                    Errno.EIO, $"image {pool.Describe(header.Name)}: its volume {path} is missing; restore it, or remove the image");
            }

            try
            {
                return await pool.Volumes.OpenAsync(path, isReadOnly, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException error) when (error.Errno == Errno.ENOENT)
            {
                missing = path; // or renamed since we looked: a reader bars nobody
            }
        }
    }

    private async Task<VolumePath> FindVolumeAsync(ImageHeader header, CancellationToken cancellationToken)
    {
        VolumeOfImage? volume = await VolumeOfImage.FindAsync(pool, header, cancellationToken).ConfigureAwait(false);
        return volume?.Path ?? throw new StorageException(Errno.ENOENT, $"image {pool.Describe(header.Name)} was removed");
    }
}
