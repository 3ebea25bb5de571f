using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap remove</c></summary>
internal sealed class SnapshotRemoveCommand : Command
{
    private static readonly Switch s_force = new("force", "flatten its clones and unprotect it first");

    public override string Name => "snap remove";

    public override string Alias => "snap rm";

    public override string Summary => "Delete a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, SpecOptions.ImageId, SnapshotIdOption.Id, ProgressOptions.NoProgress, s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImageChoice choice = ImageChoice.Read(session.Arguments);
        ulong? id = SnapshotIdOption.Read(session.Arguments, choice.Path);
        if (id is null)
            SpecOptions.RequireSnapshot(choice.Path);
        else if (session.Arguments.Has(s_force) || session.Arguments.Has(ProgressOptions.NoProgress))
            throw new CommandException(Errno.EINVAL, "force and no-progress options not permitted when removing by id.");

        Image image = await choice.OpenWithoutSnapshotAsync(session, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await RemoveAsync(session, image, choice.Path.Snapshot, id).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(CommandSession session, Image image, string name, ulong? id)
    {
        try
        {
            await (id is null ? RemoveAsync(session, image, name) : image.Snapshots.RemoveAsync(id.Value, session.Interrupted))
                .ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.EBUSY)
        {
            string which = id is null ? $"'{name}'" : $"id {id}";
            throw new CommandException(e.Errno, $"snapshot {which} is protected from removal.", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("failed to remove snapshot", e);
        }
    }

    private static Task RemoveAsync(CommandSession session, Image image, string name)
    {
        SnapshotRemoveFlags flags = session.Arguments.Has(s_force) ? SnapshotRemoveFlags.Force : SnapshotRemoveFlags.None;
        ProgressLine progress = session.StartProgress("Removing snap");
        return progress.RunAsync(
            () => image.Snapshots.RemoveAsync(NativeText.ToName(name), flags, progress.Report, session.Interrupted));
    }
}
