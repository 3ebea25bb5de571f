namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap limit clear</c></summary>
internal sealed class SnapshotLimitClearCommand : Command
{
    public override string Name => "snap limit clear";

    public override string Summary => "Let an image have any number of snapshots.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        await session.UseImageAsync(path, readOnly: false, image => image.Snapshots
            .SetLimitAsync(ulong.MaxValue, session.Interrupted)
            .FailingAs("clearing snapshot limit failed")).ConfigureAwait(false);
    }
}
