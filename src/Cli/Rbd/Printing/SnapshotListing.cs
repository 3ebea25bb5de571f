using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The snapshots of an image as <c>rbd snap list</c> shows them.</summary>
/// <param name="showsAll">Whether those of other namespaces than the users' are shown, and which namespace it is.</param>
/// <param name="groups">The groups' snapshots that some of them are parts of, by their ids.</param>
internal sealed class SnapshotListing(
    IReadOnlyList<Snapshot> snapshots, bool showsAll, IReadOnlyDictionary<ulong, SnapshotGroup> groups)
{
    private IEnumerable<Snapshot> Shown => showsAll ? snapshots : snapshots.OfUsers();

    public string ToText()
    {
        TextTable table = new TextTable().Right("SNAPID").Left("NAME").Right("SIZE").Left("PROTECTED").Right("TIMESTAMP");
        if (showsAll)
            table.Left("NAMESPACE");
        foreach (Snapshot snapshot in Shown)
            table.AddRow([.. Cells(snapshot)]);
        return table.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenArray("snapshots");
        foreach (Snapshot snapshot in Shown)
            AddTo(document, snapshot);
        document.Close();
        return document.ToString();
    }

    /// <summary>Looks up what the snapshots that are parts of a group's belong to.</summary>
    public static async Task<SnapshotListing> OfAsync(Image image, bool showsAll, CancellationToken cancellationToken)
    {
        IReadOnlyList<Snapshot> snapshots = await image.Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        var groups = new Dictionary<ulong, SnapshotGroup>();
        foreach (Snapshot part in snapshots.Where(one => showsAll && one.NamespaceType == SnapshotNamespaceType.Group))
        {
            if (await FindGroupAsync(image, part, cancellationToken).ConfigureAwait(false) is { } group)
                groups[part.Id] = group;
        }

        return new SnapshotListing(snapshots, showsAll, groups);
    }

    private static async Task<SnapshotGroup?> FindGroupAsync(Image image, Snapshot part, CancellationToken cancellationToken)
    {
        try
        {
            return await image.GetSnapshotGroupAsync(part.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            return null; // the group's snapshot is being removed
        }
    }

    private static string NamespaceName(Snapshot snapshot) => snapshot.NamespaceType switch
    {
        SnapshotNamespaceType.Group => "group",
        SnapshotNamespaceType.Trash => "trash",
        SnapshotNamespaceType.Mirror => "mirror",
        _ => "user",
    };

    private IEnumerable<string> Cells(Snapshot snapshot)
    {
        yield return snapshot.Id.ToString();
        yield return NativeText.FromName(snapshot.Name);
        yield return ByteCount.ToText(snapshot.Size);
        yield return snapshot.IsProtected ? "yes" : "";
        yield return CalendarTime.ToText(snapshot.Created);
        if (showsAll)
            yield return NamespaceText(snapshot);
    }

    private string NamespaceText(Snapshot snapshot)
    {
        string name = NamespaceName(snapshot);
        if (snapshot.TrashOriginalName is { } original)
            return $"{name} ({NativeText.FromName(original)})";
        return groups.TryGetValue(snapshot.Id, out SnapshotGroup? group)
            ? $"{name} ({NativeText.FromName(group.PoolName)}/{NativeText.FromName(group.Group)}@{NativeText.FromName(group.Snapshot)})"
            : name;
    }

    private void AddTo(DocumentWriter document, Snapshot snapshot)
    {
        document.OpenObject("snapshot");
        document.Number("id", snapshot.Id);
        document.String("name", NativeText.FromName(snapshot.Name));
        document.Number("size", snapshot.Size);
        document.Truth("protected", snapshot.IsProtected);
        document.String("timestamp", CalendarTime.ToText(snapshot.Created));
        if (showsAll)
            AddNamespaceTo(document, snapshot);
        document.Close();
    }

    private void AddNamespaceTo(DocumentWriter document, Snapshot snapshot)
    {
        document.OpenObject("namespace");
        document.String("type", NamespaceName(snapshot));
        if (snapshot.TrashOriginalName is { } name)
            document.String("original_name", NativeText.FromName(name));
        if (groups.TryGetValue(snapshot.Id, out SnapshotGroup? group))
        {
            document.String("pool", NativeText.FromName(group.PoolName));
            document.String("group", NativeText.FromName(group.Group));
            document.String("group snap", NativeText.FromName(group.Snapshot));
        }

        document.Close();
    }
}
