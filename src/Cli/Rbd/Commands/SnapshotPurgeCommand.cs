using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd snap purge</c></summary>
internal sealed class SnapshotPurgeCommand : Command
{
    public override string Name => "snap purge";

    public override string Summary => "Delete all snapshots that are not protected.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, SpecOptions.ImageId, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImageChoice choice = ImageChoice.ReadImage(session.Arguments);
        Image image = await choice.OpenAsync(session, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await PurgeAsync(session, image).FailingAs("removing snaps failed").ConfigureAwait(false);
    }

    private static async Task PurgeAsync(CommandSession session, Image image)
    {
        IReadOnlyList<Snapshot> all = await image.Snapshots.ListAsync(session.Interrupted).ConfigureAwait(false);
        List<Snapshot> snapshots = [.. all.OfUsers()];
        if (snapshots.Count == 0)
            return;

        // Scripts rely on it: protected snapshots are told, and the exit status is 0 nevertheless.
        List<Snapshot> kept = [.. snapshots.Where(snapshot => snapshot.IsProtected)];
        if (kept.Count > 0)
            session.Terminal.PrintLine(Explain(kept));

        ProgressLine progress = session.StartProgress("Removing all snapshots");
        await progress.RunAsync(async () =>
        {
            await RemoveAsync(session, image, snapshots, progress).ConfigureAwait(false);
            if (kept.Count > 0)
                progress.Fail();
        }).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(CommandSession session, Image image, List<Snapshot> snapshots, ProgressLine progress)
    {
        ulong done = 0;
        foreach (Snapshot snapshot in snapshots.Where(snapshot => !snapshot.IsProtected))
        {
            await image.Snapshots.RemoveAsync(snapshot.Name, SnapshotRemoveFlags.None, null, session.Interrupted).ConfigureAwait(false);
            progress.Update(++done, (ulong)snapshots.Count);
        }
    }

    private static string Explain(List<Snapshot> kept)
    {
        string names = string.Join(',', kept.Select(snapshot => NativeText.FromName(snapshot.Name)));
        string verb = kept.Count == 1 ? "is" : "are";
        return $"rbd: error removing snapshot(s) '[{names}]', which {verb} protected - these must be unprotected with `rbd snap unprotect`.";
    }
}
