using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd disk-usage</c></summary>
internal sealed class DiskUsageCommand : Command
{
    private static readonly Switch s_exact = new("exact", "count bytes, not whole objects");

    public override string Name => "disk-usage";

    public override string Alias => "du";

    public override string Summary => "Show the space that images occupy.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, .. OutputFormat.Options, s_exact];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.TryReadImageOrSnapshot(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        try
        {
            IReadOnlyList<Usage> usages = path.Image.Length > 0
                ? [await MeasureAsync(session, path).ConfigureAwait(false)]
                : await MeasurePoolAsync(session, path).ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(usages) : ToDocument(usages, document, path.Image.Length == 0));
        }
        catch (StorageException e)
        {
            throw new CommandException("du failed", e);
        }
    }

    private static async Task<Usage> MeasureAsync(CommandSession session, ImagePath path)
    {
        Image image = await session.OpenImageAsync(path, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            return await MeasureAsync(session, image).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<Usage>> MeasurePoolAsync(CommandSession session, ImagePath pool)
    {
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        IReadOnlyList<ImageSpec> images = await ImageDirectory.ListAsync(io, session.Interrupted).ConfigureAwait(false);
        var usages = new List<Usage>();
        await foreach (Image image in ImageWalk.OpenEachAsync(io, images, session.Interrupted).ConfigureAwait(false))
            usages.Add(await MeasureAsync(session, image).ConfigureAwait(false));
        return usages;
    }

    private static async Task<Usage> MeasureAsync(CommandSession session, Image image)
    {
        string name = NativeText.FromName(image.Name);
        if ((image.Features & ImageFeatures.FastDiff) == 0)
            session.Terminal.PrintErrorLine($"warning: fast-diff map is not enabled for {name}. operation may be slow.");

        ulong used = 0;
        bool wholeObject = !session.Arguments.Has(s_exact);
        if (image.Size > 0)
            await image.DiffAsync(null, 0, image.Size, false, wholeObject, Count, session.Interrupted).ConfigureAwait(false);
        return new Usage(name, image.Id, image.Size, used);

        int Count(ulong offset, ulong length, bool exists)
        {
            used += exists ? length : 0;
            return 0;
        }
    }

    private static string ToText(IReadOnlyList<Usage> usages)
    {
        TextTable table = new TextTable().Left("NAME").Right("PROVISIONED").Right("USED");
        foreach (Usage usage in usages)
            table.AddRow(usage.Name, ByteCount.ToText(usage.Provisioned), ByteCount.ToText(usage.Used));
        if (usages.Count > 1)
            table.AddRow("<TOTAL>", ByteCount.ToText(Sum(usages, usage => usage.Provisioned)), ByteCount.ToText(Sum(usages, usage => usage.Used)));
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<Usage> usages, DocumentWriter document, bool isPool)
    {
        document.OpenObject("stats");
        document.OpenArray("images");
        foreach (Usage usage in usages)
        {
            document.OpenObject("image");
            document.String("name", usage.Name);
            document.String("id", usage.Id);
            document.Number("provisioned_size", usage.Provisioned);
            document.Number("used_size", usage.Used);
            document.Close();
        }

        document.Close();
        if (isPool)
        {
            document.Number("total_provisioned_size", Sum(usages, usage => usage.Provisioned));
            document.Number("total_used_size", Sum(usages, usage => usage.Used));
        }

        document.Close();
        return document.ToString();
    }

    private static ulong Sum(IReadOnlyList<Usage> usages, Func<Usage, ulong> size) =>
        usages.Aggregate(0ul, (sum, usage) => sum + size(usage));

    private sealed record Usage(string Name, string Id, ulong Provisioned, ulong Used);
}
