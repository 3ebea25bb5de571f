using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The options and words that say which group, and which snapshot of it, a command is about.</summary>
internal static class GroupSpec
{
    public static readonly Option<string> Group = SpecOptions.Text("group", "group name");

    public static readonly Option[] OfGroup = [SpecOptions.Pool, SpecOptions.Namespace, Group];
    public static readonly Option[] OfSnapshot = [.. OfGroup, SpecOptions.Snapshot];

    public static readonly Positional GroupWord = new("group-spec", "group: [<pool>/[<namespace>/]]<group>");
    public static readonly Positional SnapshotWord = new("group-snap-spec", "group's snapshot: [<pool>/[<namespace>/]]<group>@<snap>");

    /// <returns>A path whose image is the group.</returns>
    /// <exception cref="CommandException">EINVAL: absent, or not a spec, or a snapshot is named.</exception>
    public static ImagePath Read(ParsedArguments arguments)
    {
        ImagePath path = ReadWithSnapshot(arguments);
        return SpecOptions.RefuseSnapshot(path);
    }

    /// <inheritdoc cref="Read"/>
    public static ImagePath ReadSnapshot(ParsedArguments arguments) => SpecOptions.RequireSnapshot(ReadWithSnapshot(arguments));

    private static ImagePath ReadWithSnapshot(ParsedArguments arguments)
    {
        var path = new ImagePath(
            arguments.Get(SpecOptions.Pool, ""), arguments.Get(SpecOptions.Namespace, ""), "", arguments.Get(SpecOptions.Snapshot, ""));
        return (arguments.Find(Group) ?? arguments.NextWord()) is { Length: > 0 } spec
            ? path.WithSpec(spec, SpecRule.Existing)
            : throw new CommandException(Errno.EINVAL, "group name was not specified");
    }
}
