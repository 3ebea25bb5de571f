using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The wishes for a clone, completed.</summary>
internal static class CloneOptions
{
    /// <summary>What nobody asked for is taken from the parent.</summary>
    /// <exception cref="StorageException">ENOSYS: no layering. And all that a new image's options can be refused for.</exception>
    public static ImageLayout LayoutOf(ImagePool pool, ImageOptions asked, ImageHeader parent, ulong size)
    {
        ImageOptions complete = asked.Clone();
        if (complete.IsSet(ImageOption.CloneFormat))
            complete.Unset(ImageOption.CloneFormat);
        if (complete.FindNumber(ImageOption.Order) is null or 0)
            complete.Set(ImageOption.Order, (ulong)parent.Order);
        if (!complete.IsSet(ImageOption.Features))
            complete.Set(ImageOption.Features, parent.Features);

        ImageLayout layout = ImageLayout.Of(pool.Io.Cluster.Conf, size, complete);
        if ((layout.Features & ImageFeatures.Layering) == 0)
            throw new StorageException(Errno.ENOSYS, "a clone needs the feature layering");
        return layout;
    }

    /// <returns>1: needs a protected snapshot, 2: does not.</returns>
    /// <exception cref="StorageException">EINVAL.</exception>
    public static async ValueTask<int> FormatOfAsync(ImagePool pool, ImageOptions asked, CancellationToken cancellationToken)
    {
        if (asked.FindNumber(ImageOption.CloneFormat) is { } format)
            return format >= 1 ? (int)Math.Min(format, 2) : throw new StorageException(Errno.EINVAL, "there is no clone format 0; use 1 or 2");
        ConfOverrides conf = await ConfOverrides.ReadAsync(pool, new Dictionary<string, ByteName>(), cancellationToken).ConfigureAwait(false);
        // "auto" is 2 only where no client is older than Ceph's first with clones of that format, and we serve older ones.
        return conf.GetText("rbd_default_clone_format") == "2" ? 2 : 1;
    }
}
