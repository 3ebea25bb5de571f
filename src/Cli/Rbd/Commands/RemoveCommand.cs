using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd remove</c></summary>
internal sealed class RemoveCommand : Command
{
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
            bool hasUserSnapshots = e.Errno == Errno.ENOTEMPTY && await HasUserSnapshotsAsync(session, io, path).ConfigureAwait(false);
            throw RemovalFailure.Explain(e, hasUserSnapshots) ?? new CommandException("delete error", e);
        }
    }

    private static async Task<bool> HasUserSnapshotsAsync(CommandSession session, IoContext io, ImagePath path)
    {
        Image image = await session.OpenImageAsync(io, path, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            return (await image.Snapshots.ListAsync(session.Interrupted).ConfigureAwait(false)).OfUsers().Any();
    }
}
