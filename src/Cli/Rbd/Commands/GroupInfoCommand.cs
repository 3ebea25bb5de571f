using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group info</c></summary>
internal sealed class GroupInfoCommand : Command
{
    public override string Name => "group info";

    public override string Summary => "Show a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        string id = await RbdGroups.GetIdAsync(io, NativeText.ToName(path.Image), session.Interrupted).FailingAs("failed to get group info").ConfigureAwait(false);
        session.Terminal.Print(document is null
            ? $"rbd group '{path.Image}':\n\tid: {id}\n"
            : ToDocument(path.Image, id, document));
    }

    private static string ToDocument(string name, string id, DocumentWriter document)
    {
        document.OpenObject("group");
        document.String("group_name", name);
        document.String("group_id", id);
        document.Close();
        return document.ToString();
    }
}
