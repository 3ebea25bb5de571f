using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap unprotect</c></summary>
internal sealed class SnapshotUnprotectCommand : Command
{
    public override string Name => "snap unprotect";

    public override string Summary => "Let a snapshot be deleted again.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, SpecOptions.ImageId];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImageChoice choice = ImageChoice.Read(session.Arguments);
        ByteName name = NativeText.ToName(SpecOptions.RequireSnapshot(choice.Path).Snapshot);
        Image image = await choice.OpenWithoutSnapshotAsync(session, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await UnprotectAsync(image, name, session.Interrupted).FailingAs("unprotecting snap failed").ConfigureAwait(false);
    }

    private static async Task UnprotectAsync(Image image, ByteName name, CancellationToken cancellationToken)
    {
        Snapshot snapshot = await image.Snapshots.GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (!snapshot.IsProtected)
            throw new CommandException(Errno.EINVAL, "snap is already unprotected");
        await image.Snapshots.UnprotectAsync(name, cancellationToken).ConfigureAwait(false);
    }
}
