using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap protect</c></summary>
internal sealed class SnapshotProtectCommand : Command
{
    public override string Name => "snap protect";

    public override string Summary => "Keep a snapshot from being deleted, so that it can have clones.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImageOrSnapshot;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadSnapshot(session.Arguments);
        ByteName name = NativeText.ToName(path.Snapshot);
        await session.UseImageAsync(path.WithoutSnapshot, readOnly: false, image => ProtectAsync(image, name, session.Interrupted)
            .FailingAs("protecting snap failed")).ConfigureAwait(false);
    }

    private static async Task ProtectAsync(Image image, ByteName name, CancellationToken cancellationToken)
    {
        Snapshot snapshot = await image.Snapshots.GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (snapshot.IsProtected)
            throw new CommandException(Errno.EBUSY, "snap is already protected");
        await image.Snapshots.ProtectAsync(name, cancellationToken).ConfigureAwait(false);
    }
}
