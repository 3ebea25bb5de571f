using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group image list</c></summary>
internal sealed class GroupImageListCommand : Command
{
    public override string Name => "group image list";

    public override string Alias => "group image ls";

    public override string Summary => "List the images of a group.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = GroupSpec.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        IReadOnlyList<GroupImage> images = await GroupImages.ListAsync(io, NativeText.ToName(path.Image), session.Interrupted)
            .FailingAs("group list failed").ConfigureAwait(false);
        session.Terminal.Print(document is null ? string.Concat(images.Select(ToText)) : ToDocument(images, document));
    }

    // As in Ceph: the state, which only one that is not attached has, comes after a blank.
    private static string ToText(GroupImage image)
    {
        string inNamespace = image.Namespace.IsEmpty ? "" : $"{NativeText.FromName(image.Namespace)}/";
        return $"{NativeText.FromName(image.PoolName)}/{inNamespace}{NativeText.FromName(image.Name)} \n";
    }

    private static string ToDocument(IReadOnlyList<GroupImage> images, DocumentWriter document)
    {
        document.OpenArray("images");
        foreach (GroupImage image in images)
        {
            document.OpenObject("image");
            document.String("image", NativeText.FromName(image.Name));
            document.String("pool", NativeText.FromName(image.PoolName));
            document.String("namespace", NativeText.FromName(image.Namespace));
            document.Number("state", 0);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
