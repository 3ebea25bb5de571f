using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash move</c></summary>
internal sealed class TrashMoveCommand : Command
{
    private static readonly Option<string> s_expiresAt =
        SpecOptions.Text("expires-at", "until when it can be removed by force only, as date(1) reads it (now unless given)");

    public override string Name => "trash move";

    public override string Alias => "trash mv";

    public override string Summary => "Move an image to the trash.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, s_expiresAt];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        TimeSpan delay = await ReadDelayAsync(session).ConfigureAwait(false);
        await ImageTrash.MoveAsync(io, NativeText.ToName(path.Image), TrashSource.User, delay, session.Interrupted)
            .FailingAs("deferred delete error").ConfigureAwait(false);
    }

    private static async Task<TimeSpan> ReadDelayAsync(CommandSession session)
    {
        if (session.Arguments.Find(s_expiresAt) is not { } text)
            return TimeSpan.Zero;

        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset expiry = await DateText.ParseAsync(text, session.Interrupted).ConfigureAwait(false);
        // date(1) tells whole seconds, so that its "now" is a little in the past.
        if (expiry < now.AddSeconds(-1))
            throw new CommandException(Errno.EINVAL, "cannot use a date in the past as an expiration date");
        return expiry > now ? expiry - now : TimeSpan.Zero;
    }
}
