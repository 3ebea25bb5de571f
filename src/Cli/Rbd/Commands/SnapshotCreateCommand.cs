using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap create</c></summary>
internal sealed class SnapshotCreateCommand : Command
{
    private static readonly Switch s_skipQuiesce = new("skip-quiesce", "don't ask the image's users to come to rest");
    private static readonly Switch s_ignoreQuiesceError = new("ignore-quiesce-error", "go on when one of them could not come to rest");

    public override string Name => "snap create";

    public override string Alias => "snap add";

    public override string Summary => "Create a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, s_skipQuiesce, s_ignoreQuiesceError, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadSnapshot(session.Arguments, SpecRule.NewSnapshot);
        SnapshotCreateFlags flags = ReadFlags(session.Arguments);
        ByteName name = NativeText.ToName(path.Snapshot);
        await session.UseImageAsync(path.WithoutSnapshot, readOnly: false, image =>
        {
            ProgressLine progress = session.StartProgress("Creating snap");
            return progress.RunAsync(() => image.Snapshots.CreateAsync(name, flags, progress.Report, session.Interrupted))
                .FailingAs("failed to create snapshot");
        }).ConfigureAwait(false);
    }

    private static SnapshotCreateFlags ReadFlags(ParsedArguments arguments)
    {
        if (!arguments.Has(s_skipQuiesce))
            return arguments.Has(s_ignoreQuiesceError) ? SnapshotCreateFlags.IgnoreQuiesceError : SnapshotCreateFlags.None;
        return !arguments.Has(s_ignoreQuiesceError)
            ? SnapshotCreateFlags.SkipQuiesce
            : throw new CommandException(Errno.EINVAL, "ignore-quiesce-error cannot be used together with skip-quiesce");
    }
}
