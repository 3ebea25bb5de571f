using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Metadata keys <c>conf_&lt;option&gt;</c>: settings of one image or pool that go before the client's own.</summary>
internal static class ConfOverrides
{
    private const string Prefix = "conf_";

    /// <exception cref="StorageException">EINVAL: the option is unknown, or the value does not fit it.</exception>
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

    /// <summary>The value of a switch for an image.</summary>
    public static bool GetBool(CephConf conf, IReadOnlyDictionary<string, ByteName> imageMetadata, string option) =>
        imageMetadata.TryGetValue(Prefix + option, out ByteName value)
            ? Parse(conf, option, value)
            : conf.GetBool(option);

    private static bool Parse(CephConf conf, string option, ByteName value)
    {
        var scratch = new CephConf(conf.ClusterName, conf.Name);
        scratch.Set(option, value);
        return scratch.GetBool(option);
    }
}
