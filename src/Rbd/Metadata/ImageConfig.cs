using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The options that metadata of a pool or an image can override, with what is in force.</summary>
public static class ImageConfig
{
    public static async Task<IReadOnlyList<ConfigOption>> ListAsync(IoContext io, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        ConfOverrides conf = await ConfOverrides.ReadAsync(
            new ImagePool(io), new Dictionary<string, ByteName>(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        return CephConf.PoolOptions.Select(conf.Describe).ToList();
    }

    public static async Task<IReadOnlyList<ConfigOption>> ListAsync(Image image, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<ByteName, ByteName>> pairs =
            await image.Metadata.ListAsync(ByteName.Empty, 0, cancellationToken).ConfigureAwait(false);
        var metadata = pairs.ToDictionary(pair => pair.Key.Encode(), pair => pair.Value, StringComparer.Ordinal);
        ConfOverrides conf = await ConfOverrides.ReadAsync(image.Pool, metadata, cancellationToken).ConfigureAwait(false);
        return CephConf.ImageOptions.Select(conf.Describe).ToList();
    }
}
