using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The settings in force for an image: metadata keys <c>conf_&lt;option&gt;</c> of the image go before those of its pool, those before
/// the client's own.
/// </summary>
internal sealed class ConfOverrides
{
    private const string Prefix = "conf_";

    private readonly CephConf _conf;
    private volatile Dictionary<string, (ByteName Value, ConfigSource Source)> _overrides;

    private ConfOverrides(CephConf conf, Dictionary<string, (ByteName Value, ConfigSource Source)> overrides)
    {
        _conf = conf;
        _overrides = overrides;
    }

    /// <exception cref="StorageException">EINVAL: an override of an unknown option, or a value that does not fit it.</exception>
    public static void ThrowUnlessValid(ByteName key, ByteName value)
    {
        string text = key.ToString();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return;
        try
        {
            CephConf.Validate(text[Prefix.Length..], value);
        }
        catch (StorageException error)
        {
            throw new StorageException(Errno.EINVAL, $"metadata key {key}: {error.Message}", error);
        }
    }

    /// <param name="imageMetadata">All of the image.</param>
    public static async Task<ConfOverrides> ReadAsync(
        ImagePool pool, IReadOnlyDictionary<string, ByteName> imageMetadata, CancellationToken cancellationToken) => new(
        pool.Io.Cluster.Conf, await ReadOverridesAsync(pool, imageMetadata, cancellationToken).ConfigureAwait(false));

    /// <summary>Follows what is overridden for an image now.</summary>
    public async Task RefreshAsync(ImagePool pool, string imageId, CancellationToken cancellationToken)
    {
        string prefix = pool.Keys.ImageMetadata(imageId);
        IReadOnlyList<Stored<MetadataRecord>> metadata =
            await pool.RangeAsync(prefix + Prefix, RbdJsonContext.Default.MetadataRecord, cancellationToken).ConfigureAwait(false);
        _overrides = await ReadOverridesAsync(
            pool,
            metadata.ToDictionary(pair => pair.Record.Key[prefix.Length..], pair => pair.Value.Value, StringComparer.Ordinal),
            cancellationToken).ConfigureAwait(false);
    }

    public bool GetBool(string option) => InForce(option).GetBool(option);

    public ulong GetUInt(string option) => InForce(option).GetUInt(option);

    public string GetText(string option) => InForce(option).GetText(option);

    public ConfigOption Describe(string option)
    {
        ConfigSource source = _overrides.TryGetValue(option, out (ByteName, ConfigSource Source) found) ? found.Source : ConfigSource.Config;
        return new ConfigOption(option, InForce(option).Get(option), source);
    }

    private static async Task<Dictionary<string, (ByteName Value, ConfigSource Source)>> ReadOverridesAsync(
        ImagePool pool, IReadOnlyDictionary<string, ByteName> imageMetadata, CancellationToken cancellationToken)
    {
        var overrides = new Dictionary<string, (ByteName, ConfigSource)>(StringComparer.Ordinal);
        string poolPrefix = pool.Keys.PoolMetadata;
        foreach (Stored<MetadataRecord> pair in await pool.RangeAsync(
            poolPrefix + Prefix, RbdJsonContext.Default.MetadataRecord, cancellationToken).ConfigureAwait(false))
            overrides[pair.Record.Key[(poolPrefix.Length + Prefix.Length)..]] = (pair.Value.Value, ConfigSource.Pool);
        foreach ((string key, ByteName value) in imageMetadata)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
                overrides[key[Prefix.Length..]] = (value, ConfigSource.Image);
        }

        return overrides;
    }

    private CephConf InForce(string option)
    {
        if (!_overrides.TryGetValue(option, out (ByteName Value, ConfigSource) found))
            return _conf;
        CephConf overridden = _conf.Clone();
        overridden.Set(option, found.Value);
        return overridden;
    }
}
