using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The options that are in force for a pool or an image, and where each value comes from.</summary>
internal sealed class ConfListing
{
    private readonly List<Setting> _settings = [];

    /// <param name="options">Which may be overridden.</param>
    /// <param name="levels">Who overrides the configuration, weakest first.</param>
    public static async Task<ConfListing> ReadAsync(
        CephConf conf,
        IReadOnlyList<string> options,
        IReadOnlyList<(string Source, ImageMetadata Metadata)> levels,
        CancellationToken cancellationToken)
    {
        var overrides = new Dictionary<ByteName, (ByteName Value, string Source)>();
        foreach ((string source, ImageMetadata metadata) in levels)
        {
            foreach ((ByteName key, ByteName value) in await metadata.ListAsync(default, 0, cancellationToken).ConfigureAwait(false))
                overrides[key] = (value, source);
        }

        var listing = new ConfListing();
        foreach (string option in options)
        {
            (ByteName value, string source) = overrides.TryGetValue(ConfKeyWords.ToMetadataKey(option), out var found)
                ? found
                : (conf.Get(option), "config");
            listing._settings.Add(new Setting(option, NativeText.FromName(value), source));
        }

        return listing;
    }

    /// <summary>How many there are, in Ceph's words.</summary>
    public string CountLine => _settings.Count == 1 ? "There is 1 value:\n" : $"There are {_settings.Count} values:\n";

    public string ToText()
    {
        TextTable table = new TextTable().Left("Name").Left("Value").Left("Source");
        foreach (Setting setting in _settings)
            table.AddRow(setting.Name, setting.Value, setting.Source);
        return table.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenArray("config");
        foreach (Setting setting in _settings)
        {
            document.OpenObject("option");
            document.String("name", setting.Name);
            document.String("value", setting.Value);
            document.String("source", setting.Source);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }

    private sealed record Setting(string Name, string Value, string Source);
}
