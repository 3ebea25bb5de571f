using System.Globalization;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash purge</c></summary>
internal sealed class TrashPurgeCommand : Command
{
    private const float NoThreshold = -1;

    private const string WhyHint =
        "They may be open or mapped somewhere, have snapshots (removed ones too, if they have clones) or belong to a group.";

    private static readonly Option<string> s_expiredBefore =
        SpecOptions.Text("expired-before", "what expired before then, as date(1) reads it (now unless given)");

    private static readonly Option<float> s_threshold =
        new("threshold", "remove until no more than this part of the pool is used, from 0.0 to 1.0", TryParseFloat) { QuotesValue = true };

    public override string Name => "trash purge";

    public override string Summary => "Delete the images in the trash whose time has come.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfPool, ProgressOptions.NoProgress, s_expiredBefore, s_threshold];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = SpecOptions.ReadPool(session.Arguments);
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        float threshold = session.Arguments.Get(s_threshold, NoThreshold);
        DateTimeOffset expiredBefore = await ReadExpiredBeforeAsync(session).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress("Removing images");
        try
        {
            await progress.RunAsync(() => ImageTrash.PurgeAsync(io, expiredBefore, threshold, progress.Report, session.Interrupted))
                .ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno is Errno.ENOTEMPTY or Errno.EBUSY or Errno.EMLINK)
        {
            throw new CommandException(e.Errno, $"some expired images could not be removed\n{WhyHint}", e);
        }
    }

    // Where there is a threshold Ceph does not look at the date.
    private static async Task<DateTimeOffset> ReadExpiredBeforeAsync(CommandSession session) =>
        session.Arguments.Find(s_expiredBefore) is { } text && !session.Arguments.Has(s_threshold)
            ? await DateText.ParseAsync(text, session.Interrupted).ConfigureAwait(false)
            : DateTimeOffset.UtcNow;

    private static bool TryParseFloat(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
