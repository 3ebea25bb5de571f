using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd pool stats</c></summary>
internal sealed class PoolStatsCommand : Command
{
    public override string Name => "pool stats";

    public override string Summary => "Show how many images a pool holds, and how large they are.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfPool, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = SpecOptions.ReadPool(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        IReadOnlyList<ImageSpec> images = await ImageDirectory.ListAsync(io, session.Interrupted).ConfigureAwait(false);
        ulong provisioned = 0;
        await foreach (Image image in ImageWalk.OpenEachAsync(io, images, session.Interrupted).ConfigureAwait(false))
            provisioned += image.Size;
        session.Terminal.Print(
            document is null ? ToText(images.Count, provisioned) : ToDocument(images.Count, provisioned, document));
    }

    private static string ToText(int images, ulong provisioned) =>
        $"Total Images: {images}\nTotal Snapshots: 0\nProvisioned Size: {ByteCount.ToText(provisioned)}\n";

    private static string ToDocument(int images, ulong provisioned, DocumentWriter document)
    {
        document.OpenObject("stats");
        AddCounts(document, "images", images, provisioned);
        AddCounts(document, "trash", 0, 0);
        document.Close();
        return document.ToString();
    }

    private static void AddCounts(DocumentWriter document, string name, int count, ulong provisioned)
    {
        document.OpenObject(name);
        document.Number("count", count);
        document.Number("provisioned_bytes", provisioned);
        document.Number("snap_count", 0);
        document.Close();
    }
}
