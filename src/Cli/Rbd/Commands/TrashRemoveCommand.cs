using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash remove</c></summary>
internal sealed class TrashRemoveCommand : Command
{
    private static readonly Switch s_force = new("force", "also before its time has come");

    public override string Name => "trash remove";

    public override string Alias => "trash rm";

    public override string Summary => "Delete an image that is in the trash.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfPool, SpecOptions.ImageId, ProgressOptions.NoProgress, s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageIdWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageId(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress("Removing image");
        try
        {
            bool force = session.Arguments.Has(s_force);
            await progress.RunAsync(() => ImageTrash.RemoveAsync(io, path.Image, force, progress.Report, session.Interrupted))
                .ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.EPERM)
        {
            session.Terminal.PrintErrorLine("\nDeferment time has not expired, please use --force if you really want to remove the image");
            throw new CommandException(e.Errno, null, e);
        }
        catch (StorageException e)
        {
            throw RemovalFailure.Explain(e, hasUserSnapshots: true) ?? new CommandException("remove error", e);
        }
    }
}
