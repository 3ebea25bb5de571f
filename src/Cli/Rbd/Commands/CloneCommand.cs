using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd clone</c></summary>
internal sealed class CloneCommand : Command
{
    public override string Name => "clone";

    public override string Summary => "Make an image that begins as a snapshot of another.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, .. NewImageOptions.OfCopy];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SourceSnapshotWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadSnapshot(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestination(session.Arguments);
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        IoContext parentPool = await session.OpenPoolAsync(source).ConfigureAwait(false);
        IoContext childPool = await session.OpenPoolAsync(destination).ConfigureAwait(false);
        try
        {
            await ImageClone.CloneAsync(
                parentPool,
                NativeText.ToName(source.Image),
                NativeText.ToName(source.Snapshot),
                childPool,
                NativeText.ToName(destination.Image),
                options,
                session.Interrupted).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.EXDEV)
        {
            throw new CommandException(e.Errno, "clone v2 required for cross-namespace clones.", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("clone error", e);
        }
    }
}
