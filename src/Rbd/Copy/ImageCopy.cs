using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies the data and metadata of an image as it is seen through an open handle.</summary>
public static class ImageCopy
{
    /// <summary>To a new image. What <paramref name="options"/> leave open is taken from the source.</summary>
    /// <param name="sparseSize">Runs of zeros of this many bytes become holes; 0 = 4096.</param>
    /// <param name="progress">In bytes; its return value is ignored.</param>
    /// <exception cref="StorageException">EEXIST, and all that creating and writing can say.</exception>
    public static async Task CopyAsync(
        Image source,
        IoContext destination,
        ByteName name,
        ImageOptions options,
        ulong sparseSize,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await source.RefreshAsync(cancellationToken).ConfigureAwait(false);
        ImageOptions complete = await CompleteAsync(options, source, cancellationToken).ConfigureAwait(false);
        await ImageDirectory.CreateAsync(destination, name, source.Size, complete, cancellationToken).ConfigureAwait(false);
        await new UnfinishedImage(destination, name).FillAsync(
            copy => CopyAsync(source, copy, sparseSize, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Into an open image.</summary>
    /// <exception cref="StorageException">EINVAL: the destination is smaller.</exception>
    public static async Task CopyAsync(
        Image source,
        Image destination,
        ulong sparseSize,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await destination.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (destination.Size < source.Size)
        {
            throw new StorageException(
                Errno.EINVAL, $"image {destination.Description} has {destination.Size} bytes, too few for the {source.Size} of {source.Description}");
        }

        await CopyMetadataAsync(source, destination, cancellationToken).ConfigureAwait(false);
        await new DataCopy(source, destination, sparseSize, progress).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<ImageOptions> CompleteAsync(
        ImageOptions options, Image source, CancellationToken cancellationToken)
    {
        ImageOptions complete = options.Clone();
        SetIfUnset(complete, ImageOption.Order, (ulong)source.Order);
        SetIfUnset(complete, ImageOption.Features, source.Features);
        SetIfUnset(complete, ImageOption.StripeUnit, source.StripeUnit);
        SetIfUnset(complete, ImageOption.StripeCount, source.StripeCount);
        if (complete.IsSet(ImageOption.DataPool) || source.DataPoolId == source.IoContext.Pool.Id)
            return complete;

        Pool? dataPool = await source.IoContext.Cluster.Pools.FindAsync(source.DataPoolId, cancellationToken).ConfigureAwait(false);
        if (dataPool is not null)
            complete.Set(ImageOption.DataPool, dataPool.Name);
        return complete;
    }

    private static void SetIfUnset(ImageOptions options, ImageOption option, ulong value)
    {
        if (!options.IsSet(option))
            options.Set(option, value);
    }

    internal static async Task CopyMetadataAsync(Image source, Image destination, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<ByteName, ByteName>> pairs =
            await source.Metadata.ListAsync(ByteName.Empty, 0, cancellationToken).ConfigureAwait(false);
        foreach ((ByteName key, ByteName value) in pairs)
            await destination.Metadata.SetAsync(key, value, cancellationToken).ConfigureAwait(false);
    }
}
