using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd lock add</c></summary>
internal sealed class LockAddCommand : Command
{
    private static readonly Option<string> s_shared = SpecOptions.Text("shared", "tag of a lock that several may hold");

    public override string Name => "lock add";

    public override string Summary => "Take an advisory lock on an image.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, s_shared];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord, LockWords.LockId];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ByteName cookie = LockWords.ReadLockId(session.Arguments);
        ByteName tag = NativeText.ToName(session.Arguments.Get(s_shared, ""));
        await session.UseImageAsync(path, readOnly: false, image => LockAsync(image, cookie, tag, session.Interrupted))
            .ConfigureAwait(false);
    }

    private static async Task LockAsync(Image image, ByteName cookie, ByteName tag, CancellationToken cancellationToken)
    {
        try
        {
            await (tag.IsEmpty
                ? image.Locks.LockExclusiveAsync(cookie, cancellationToken)
                : image.Locks.LockSharedAsync(cookie, tag, cancellationToken)).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno is Errno.EBUSY or Errno.EEXIST)
        {
            string how = tag.IsEmpty ? "" : " with a different tag";
            throw new CommandException(e.Errno, $"lock is already held by someone else{how}", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("taking lock failed", e);
        }
    }
}
