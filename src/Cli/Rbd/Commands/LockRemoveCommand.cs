using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd lock remove</c></summary>
internal sealed class LockRemoveCommand : Command
{
    public override string Name => "lock remove";

    public override string Alias => "lock rm";

    public override string Summary => "Release an advisory lock on an image, whoever holds it.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord, LockWords.LockId, LockWords.Locker];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ByteName cookie = LockWords.ReadLockId(session.Arguments);
        string locker = LockWords.ReadLocker(session.Arguments);
        await session.UseImageAsync(path, readOnly: false, image => image.Locks
            .BreakAsync(locker, cookie, session.Interrupted)
            .FailingAs("releasing lock failed")).ConfigureAwait(false);
    }
}
