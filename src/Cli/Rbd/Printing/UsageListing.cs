using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>What images and their snapshots occupy, as <c>rbd disk-usage</c> prints it.</summary>
/// <param name="isPool">All images of a pool: the document ends with the totals.</param>
/// <param name="mergesSnapshots">An image's row counts its snapshots, which have none.</param>
internal sealed class UsageListing(bool isPool, bool mergesSnapshots)
{
    private readonly List<Row> _rows = [];
    private int _count;
    private ulong _provisioned;
    private ulong _used;

    /// <param name="usages">Of the image's states, in order.</param>
    public void Add(string image, string id, IReadOnlyList<ImageUsage> usages)
    {
        ulong all = usages.Aggregate(0ul, (sum, usage) => sum + usage.Used);
        foreach (ImageUsage usage in usages)
        {
            if (!mergesSnapshots)
                _rows.Add(new Row(image, id, usage, usage.Used));
            else if (usage.Snapshot is null)
                _rows.Add(new Row(image, id, usage, all));
        }

        // Snapshots are provisioned with their image. Where a snapshot was asked for there is no image, and all of them count.
        bool isWhole = usages is [.., { Snapshot: null }];
        _provisioned += usages.Where(usage => !isWhole || usage.Snapshot is null).Aggregate(0ul, (sum, usage) => sum + usage.Provisioned);
        _used += all;
        _count += usages.Count;
    }

    public string ToText()
    {
        TextTable table = new TextTable().Left("NAME").Right("PROVISIONED").Right("USED");
        foreach (Row row in _rows)
        {
            string name = row.Usage.Snapshot is { } snapshot ? $"{row.Image}@{NativeText.FromName(snapshot.Name)}" : row.Image;
            table.AddRow(name, ByteCount.ToText(row.Usage.Provisioned), ByteCount.ToText(row.Used));
        }

        if (_count > 1)
            table.AddRow("<TOTAL>", ByteCount.ToText(_provisioned), ByteCount.ToText(_used));
        return table.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenObject("stats");
        document.OpenArray("images");
        foreach (Row row in _rows)
            Write(document, row);
        document.Close();
        if (isPool)
        {
            document.Number("total_provisioned_size", _provisioned);
            document.Number("total_used_size", _used);
        }

        document.Close();
        return document.ToString();
    }

    private static void Write(DocumentWriter document, Row row)
    {
        document.OpenObject("image");
        document.String("name", row.Image);
        document.String("id", row.Id);
        if (row.Usage.Snapshot is { } snapshot)
        {
            document.String("snapshot", NativeText.FromName(snapshot.Name));
            document.Number("snapshot_id", snapshot.Id);
        }

        document.Number("provisioned_size", row.Usage.Provisioned);
        document.Number("used_size", row.Used);
        document.Close();
    }

    private sealed record Row(string Image, string Id, ImageUsage Usage, ulong Used);
}
