using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash restore</c></summary>
internal sealed class TrashRestoreCommand : Command
{
    private static readonly Option<string> s_newName = SpecOptions.Text("image", "its new name (the old one unless given)");

    public override string Name => "trash restore";

    public override string Summary => "Take an image out of the trash.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfPool, SpecOptions.ImageId, s_newName];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageIdWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageId(session.Arguments);
        ByteName newName = NativeText.ToName(session.Arguments.Get(s_newName, ""));
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        try
        {
            await ImageTrash.RestoreAsync(io, path.Image, newName, session.Interrupted).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT)
        {
            throw new CommandException(e.Errno, "error: image does not exist in trash", e);
        }
        catch (StorageException e) when (e.Errno == Errno.EEXIST)
        {
            string advice = "try again with a different name";
            throw new CommandException(e.Errno, $"error: an image with the same name already exists, {advice}", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("restore error", e);
        }
    }
}
