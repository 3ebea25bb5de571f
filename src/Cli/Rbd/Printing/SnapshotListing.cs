using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>The snapshots of an image as <c>rbd snap list</c> shows them.</summary>
/// <param name="showsAll">Whether those of other namespaces than the users' are shown, and which namespace it is.</param>
internal sealed class SnapshotListing(IReadOnlyList<Snapshot> snapshots, bool showsAll)
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
            yield return snapshot.TrashOriginalName is { } name ? $"{NamespaceName(snapshot)} ({NativeText.FromName(name)})" : NamespaceName(snapshot);
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

    private static void AddNamespaceTo(DocumentWriter document, Snapshot snapshot)
    {
        document.OpenObject("namespace");
        document.String("type", NamespaceName(snapshot));
        if (snapshot.TrashOriginalName is { } name)
            document.String("original_name", NativeText.FromName(name));
        document.Close();
    }
}
