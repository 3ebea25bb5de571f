using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd mirror pool status</c></summary>
internal sealed class MirrorPoolStatusCommand : Command
{
    public override string Name => "mirror pool status";

    public override string Summary => "Fail as for every pool that is not mirrored.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfPool, .. OutputFormat.Options, new Switch("verbose", "show images too")];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadPool(session.Arguments);
        await session.OpenPoolAsync(path).ConfigureAwait(false);
        throw new CommandException(Errno.EINVAL, "mirroring not enabled on the pool");
    }
}
