using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>Images and their snapshots as <c>rbd list --long</c> shows them.</summary>
internal sealed class ImageListing
{
    private readonly List<Row> _rows = [];

    /// <summary>Adds an image and then each of its users' snapshots. The handle is left at one of them.</summary>
    public async Task AddAsync(Image image, CancellationToken cancellationToken)
    {
        ImageParent? parent = await image.GetParentAsync(cancellationToken).ConfigureAwait(false);
        AdvisoryLockState locks = await image.Locks.GetAsync(cancellationToken).ConfigureAwait(false);
        string name = NativeText.FromName(image.Name);
        _rows.Add(new Row(name, image.Id, null, image.Size, parent, locks));
        foreach (Snapshot snapshot in (await image.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false)).OfUsers())
        {
            await image.SetSnapshotAsync(snapshot.Id, cancellationToken).ConfigureAwait(false);
            parent = await image.GetParentAsync(cancellationToken).ConfigureAwait(false);
            _rows.Add(new Row(name, image.Id, snapshot, snapshot.Size, parent, null));
        }
    }

    public string ToText()
    {
        TextTable table = new TextTable().Left("NAME").Right("SIZE").Left("PARENT").Right("FMT").Left("PROT").Left("LOCK");
        foreach (Row row in _rows)
        {
            table.AddRow(
                row.SnapshotName is { } snapshot ? $"{row.Image}@{snapshot}" : row.Image,
                ByteCount.ToText(row.Size),
                ParentText.Of(row.Parent),
                "2",
                row.Snapshot is { IsProtected: true } ? "yes" : "",
                row.IsLockedExclusively switch { true => "excl", false => "shr", null => "" });
        }

        return table.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenArray("images");
        foreach (Row row in _rows)
            AddTo(document, row);
        document.Close();
        return document.ToString();
    }

    private static void AddTo(DocumentWriter document, Row row)
    {
        document.OpenObject(row.Snapshot is null ? "image" : "snapshot");
        document.String("image", row.Image);
        document.String("id", row.Id);
        if (row.SnapshotName is { } snapshot)
        {
            document.String("snapshot", snapshot);
            document.Number("snapshot_id", row.Snapshot!.Id);
        }

        document.Number("size", row.Size);
        ParentText.AddTo(document, row.Parent);
        document.Number("format", 2);
        if (row.Snapshot is not null)
            document.Truth("protected", row.Snapshot.IsProtected);
        if (row.IsLockedExclusively is { } isExclusive)
            document.String("lock_type", isExclusive ? "exclusive" : "shared");
        document.Close();
    }

    private sealed record Row(string Image, string Id, Snapshot? Snapshot, ulong Size, ImageParent? Parent, AdvisoryLockState? Locks)
    {
        public string? SnapshotName => Snapshot is null ? null : NativeText.FromName(Snapshot.Name);

        /// <summary>null: nobody holds a lock.</summary>
        public bool? IsLockedExclusively => Locks is { Owners.Count: > 0 } ? Locks.IsExclusive : null;
    }
}
