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
        PoolStatistics statistics = await PoolStatistics.GetAsync(io, session.Interrupted).ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(statistics) : ToDocument(statistics, document));
    }

    private static string ToText(PoolStatistics statistics) =>
        $"Total Images: {statistics.Images}{InTrash(statistics.TrashImages, count => $"{count}")}\n" +
        $"Total Snapshots: {statistics.Snapshots}{InTrash(statistics.TrashSnapshots, count => $"{count}")}\n" +
        $"Provisioned Size: {ByteCount.ToText(statistics.ProvisionedBytes)}{InTrash(statistics.TrashProvisionedBytes, ByteCount.ToText)}\n";

    private static string InTrash(ulong count, Func<ulong, string> toText) => count == 0 ? "" : $" ({toText(count)} in trash)";

    private static string ToDocument(PoolStatistics statistics, DocumentWriter document)
    {
        document.OpenObject("stats");
        AddCounts(document, "images", statistics.Images, statistics.ProvisionedBytes, statistics.Snapshots);
        AddCounts(document, "trash", statistics.TrashImages, statistics.TrashProvisionedBytes, statistics.TrashSnapshots);
        document.Close();
        return document.ToString();
    }

    private static void AddCounts(DocumentWriter document, string name, ulong images, ulong bytes, ulong snapshots)
    {
        document.OpenObject(name);
        document.Number("count", images);
        document.Number("provisioned_bytes", bytes);
        document.Number("snap_count", snapshots);
        document.Close();
    }
}
