using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap limit set</c></summary>
internal sealed class SnapshotLimitSetCommand : Command
{
    private static readonly Option<ulong> s_limit = NewImageOptions.Number("limit", "how many snapshots the image may have");

    public override string Name => "snap limit set";

    public override string Summary => "Limit the number of snapshots.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, s_limit];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        if (!session.Arguments.Has(s_limit))
            throw new CommandException(Errno.ERANGE, "must specify --limit <num>");

        ulong limit = session.Arguments.Get(s_limit, 0ul);
        await session.UseImageAsync(path, readOnly: false, image => image.Snapshots
            .SetLimitAsync(limit, session.Interrupted)
            .FailingAs("setting snapshot limit failed")).ConfigureAwait(false);
    }
}
