using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd remove</c></summary>
internal sealed class RemoveCommand : Command
{
    private const string WatchersHint =
        "Somebody has it open, or had it open when the program or its host died. " +
        "Close or unmap it there, or wait 30 seconds for a dead client to expire, and try again.";

    public override string Name => "remove";

    public override string Alias => "rm";

    public override string Summary => "Delete an image.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress("Removing image");
        try
        {
            await progress.RunAsync(
                () => ImageDirectory.RemoveAsync(io, NativeText.ToName(path.Image), progress.Report, session.Interrupted))
                .ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw Explain(e);
        }
    }

    private static CommandException Explain(StorageException e) => e.Errno switch
    {
        Errno.ENOTEMPTY => new CommandException(
            e.Errno,
            "image has snapshots - these must be deleted with 'rbd snap purge' before the image can be removed.",
            e),
        Errno.EBUSY => new CommandException(e.Errno, $"error: image still has watchers\n{WatchersHint}", e),
        Errno.EMLINK => new CommandException(
            e.Errno, "error: image belongs to a group\nTake it out of the group and try again.", e),
        _ => new CommandException("delete error", e),
    };
}
