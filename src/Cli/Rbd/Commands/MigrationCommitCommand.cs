using System.Text;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd migration commit</c></summary>
internal sealed class MigrationCommitCommand : Command
{
    private static readonly Switch s_force = new("force", "although the image has clones");

    public override string Name => "migration commit";

    public override string Summary => "Remove the source of a migration.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, ProgressOptions.NoProgress, s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        ByteName name = NativeText.ToName(path.Image);
        await WarnOfDescendantsAsync(session, io, name).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress("Commit image migration");
        await progress.RunAsync(() => ImageMigration.CommitAsync(io, name, progress.Report, session.Interrupted))
            .FailingAs("committing migration failed").ConfigureAwait(false);
    }

    // Ours follow, whoever has them open; but who runs Ceph's commands knows this question.
    private static async Task WarnOfDescendantsAsync(CommandSession session, IoContext io, ByteName name)
    {
        IReadOnlyList<ImageChild> descendants = await ListDescendantsAsync(session, io, name).FailingAs("getting migration status failed").ConfigureAwait(false);
        if (descendants.Count == 0)
            return;
        bool isForced = session.Arguments.Has(s_force);
        session.Terminal.PrintErrorLine(Describe(descendants, isForced));
        if (!isForced)
            throw new CommandException(Errno.EBUSY, null);
    }

    private static string Describe(IReadOnlyList<ImageChild> descendants, bool isForced)
    {
        var text = new StringBuilder($"rbd: the image has {(descendants.Count == 1 ? "a descendant" : "descendants")}: \n");
        foreach (ImageChild child in descendants)
        {
            string ns = child.Namespace.IsEmpty ? "" : $"{child.Namespace}/";
            text.Append($"  {child.PoolName}/{ns}{child.Name}{(child.IsTrashed ? $" (trash {child.ImageId})" : "")}\n");
        }

        text.Append("Warning: in-use, read-only descendant images will not detect the parent update.\n");
        text.Append(isForced
            ? "Proceeding anyway due to force flag set."
            : "Ensure no descendant images are opened read-only and run again with force flag.");
        return text.ToString();
    }

    private static async Task<IReadOnlyList<ImageChild>> ListDescendantsAsync(CommandSession session, IoContext io, ByteName name)
    {
        MigrationStatus status = await ImageMigration.GetStatusAsync(io, name, session.Interrupted).ConfigureAwait(false);
        IoContext destination = await io.Cluster.OpenIoContextAsync(status.DestinationPoolId, session.Interrupted).ConfigureAwait(false);
        destination.Namespace = status.DestinationNamespace;
        Image image = await Image.OpenByIdAsync(destination, status.DestinationId, null, readOnly: true, session.Interrupted).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            return await image.ListDescendantsAsync(session.Interrupted).ConfigureAwait(false);
    }
}
