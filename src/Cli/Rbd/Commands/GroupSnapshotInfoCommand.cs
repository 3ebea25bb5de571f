using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap info</c></summary>
internal sealed class GroupSnapshotInfoCommand : Command
{
    public override string Name => "group snap info";

    public override string Summary => "Show a group's snapshot.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfSnapshot, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.ReadSnapshot(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        GroupSnapshot snapshot = await GroupSnapshots.GetAsync(io, NativeText.ToName(path.Image), NativeText.ToName(path.Snapshot), session.Interrupted)
            .FailingAs("failed to get group snapshot info").ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(path, snapshot) : ToDocument(snapshot, document));
    }

    private static string ToText(ImagePath path, GroupSnapshot snapshot)
    {
        string text = $"rbd group snapshot '{path}':\n\tid: {snapshot.Id}\n\tstate: {State(snapshot)}\n"
            + $"\timage snap: {NativeText.FromName(snapshot.ImageSnapshotName)}\n\timages:\n";
        return text + string.Concat(snapshot.Images.Select(
            image => $"\t\t{NativeText.FromName(image.PoolName)}/{NativeText.FromName(image.ImageName)} (snap id {image.SnapshotId})\n"));
    }

    private static string ToDocument(GroupSnapshot snapshot, DocumentWriter document)
    {
        document.OpenObject("group_snapshot");
        document.String("name", NativeText.FromName(snapshot.Name));
        document.String("id", snapshot.Id);
        document.String("state", State(snapshot));
        document.String("image_snap_name", NativeText.FromName(snapshot.ImageSnapshotName));
        document.OpenArray("images");
        foreach (GroupImageSnapshot image in snapshot.Images)
        {
            document.OpenObject("image");
            document.String("pool_name", NativeText.FromName(image.PoolName));
            document.String("namespace", NativeText.FromName(image.Namespace));
            document.String("image_name", NativeText.FromName(image.ImageName));
            document.Number("snap_id", image.SnapshotId);
            document.Close();
        }

        document.Close();
        document.Close();
        return document.ToString();
    }

    private static string State(GroupSnapshot snapshot) => snapshot.IsComplete ? "complete" : "incomplete";
}
