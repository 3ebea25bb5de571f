using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap rename</c></summary>
internal sealed class SnapshotRenameCommand : Command
{
    public override string Name => "snap rename";

    public override string Summary => "Rename a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, SpecOptions.DestinationSnapshot];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SourceSnapshotWord, SpecOptions.DestinationSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadSnapshot(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestinationSnapshot(session.Arguments, source);
        ThrowIfElsewhere(session.Complete(source), session.Complete(destination));
        await session.UseImageAsync(source.WithoutSnapshot, readOnly: false, image => image.Snapshots
            .RenameAsync(NativeText.ToName(source.Snapshot), NativeText.ToName(destination.Snapshot), session.Interrupted)
            .FailingAs("renaming snap failed")).ConfigureAwait(false);
    }

    private static void ThrowIfElsewhere(ImagePath source, ImagePath destination)
    {
        if (source.Pool != destination.Pool)
            throw MustBeSame("pool");
        if (source.Namespace != destination.Namespace)
            throw MustBeSame("namespace");
        if (source.Image != destination.Image)
            throw MustBeSame("image name");
    }

    private static CommandException MustBeSame(string what) =>
        new(Errno.EINVAL, $"source and destination {what} must be the same");
}
