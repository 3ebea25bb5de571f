using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd image-meta list</c></summary>
internal sealed class ImageMetaListCommand() : ImageMetaCommand("listing", isReadOnly: true)
{
    public override string Name => "image-meta list";

    public override string Alias => "image-meta ls";

    public override string Summary => "List the metadata of an image.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        await UseAsync(session, path, async image =>
        {
            var pairs = await image.Metadata.ListAsync(ByteName.Empty, 0, session.Interrupted).ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(pairs) : ToDocument(pairs, document));
        }).ConfigureAwait(false);
    }

    private static string ToText(IReadOnlyList<KeyValuePair<ByteName, ByteName>> pairs)
    {
        string count = pairs.Count == 1 ? "is 1 metadatum" : $"are {pairs.Count} metadata";
        if (pairs.Count == 0)
            return $"There {count} on this image.\n";

        TextTable table = new TextTable().Left("Key").Left("Value");
        foreach ((ByteName key, ByteName value) in pairs)
            table.AddRow(NativeText.FromName(key), NativeText.FromName(value));
        return $"There {count} on this image:\n\n{table}";
    }

    private static string ToDocument(IReadOnlyList<KeyValuePair<ByteName, ByteName>> pairs, DocumentWriter document)
    {
        if (pairs.Count == 0)
            return "";
        document.OpenObject("metadata");
        foreach ((ByteName key, ByteName value) in pairs)
            document.String(NativeText.FromName(key), NativeText.FromName(value));
        document.Close();
        return document.ToString();
    }
}
