using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group snap list</c></summary>
internal sealed class GroupSnapshotListCommand : Command
{
    public override string Name => "group snap list";

    public override string Alias => "group snap ls";

    public override string Summary => "List the snapshots of a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        IReadOnlyList<GroupSnapshot> snapshots = await GroupSnapshots.ListAsync(io, NativeText.ToName(path.Image), session.Interrupted)
            .FailingAs("group snap list failed").ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(snapshots) : ToDocument(snapshots, document));
    }

    private static string ToText(IReadOnlyList<GroupSnapshot> snapshots)
    {
        TextTable table = new TextTable().Left("NAME").Left("STATUS");
        foreach (GroupSnapshot snapshot in snapshots)
            table.AddRow(NativeText.FromName(snapshot.Name), State(snapshot));
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<GroupSnapshot> snapshots, DocumentWriter document)
    {
        document.OpenArray("group_snaps");
        foreach (GroupSnapshot snapshot in snapshots)
        {
            document.OpenObject("group_snap");
            document.String("snapshot", NativeText.FromName(snapshot.Name));
            document.String("state", State(snapshot));
            document.Close();
        }

        document.Close();
        return document.ToString();
    }

    private static string State(GroupSnapshot snapshot) => snapshot.IsComplete ? "ok" : "incomplete";
}
