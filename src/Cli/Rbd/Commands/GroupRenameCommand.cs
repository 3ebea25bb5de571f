using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group rename</c></summary>
internal sealed class GroupRenameCommand : Command
{
    private static readonly Option<string> s_destination = SpecOptions.Text("dest-group", "destination group name");
    private static readonly Positional s_destinationWord = new("dest-group-spec", "destination group: [<pool>/[<namespace>/]]<group>");

    public override string Name => "group rename";

    public override string Summary => "Rename a group within its pool.";

    public override IReadOnlyList<Option> Options { get; } = [.. GroupSpec.OfGroup, SpecOptions.DestinationPool, SpecOptions.DestinationNamespace, s_destination];

    public override IReadOnlyList<Positional> Positionals { get; } = [GroupSpec.GroupWord, s_destinationWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = GroupSpec.Read(session.Arguments);
        ImagePath destination = ReadDestination(session, source);
        IoContext io = await session.OpenPoolAsync(source).ConfigureAwait(false);
        await RbdGroups.RenameAsync(io, NativeText.ToName(source.Image), NativeText.ToName(destination.Image), session.Interrupted)
            .FailingAs("failed to rename group").ConfigureAwait(false);
    }

    private static ImagePath ReadDestination(CommandSession session, ImagePath source)
    {
        ParsedArguments arguments = session.Arguments;
        ImagePath path = ImagePath.Empty with
        {
            Pool = arguments.Get(SpecOptions.DestinationPool, ""),
            Namespace = arguments.Get(SpecOptions.DestinationNamespace, ""),
        };
        string spec = arguments.Find(s_destination) ?? arguments.NextWord()
            ?? throw new CommandException(Errno.EINVAL, "destination group name was not specified");
        path = SpecOptions.RefuseSnapshot(path.WithSpec(spec, SpecRule.NewImage), "destination ");
        bool isElsewhere = (path.Pool.Length > 0 && path.Pool != session.Complete(source).Pool)
            || (path.Namespace.Length > 0 && path.Namespace != source.Namespace);
        return isElsewhere ? throw new CommandException(Errno.EINVAL, "group rename across pools or namespaces not supported") : path;
    }
}
