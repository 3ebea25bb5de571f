using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd migration execute</c> and <c>abort</c></summary>
/// <param name="label">Of the line that counts.</param>
/// <param name="failure">What failed, in Ceph's words.</param>
internal sealed class MigrationStepCommand(
    string name, string summary, string label, string failure, Func<IoContext, ByteName, ProgressCallback, CancellationToken, Task> step) : Command
{
    public static readonly MigrationStepCommand Execute = new(
        "migration execute", "Copy to the destination of a migration what it has not got yet.", "Image migration", "migration failed", ImageMigration.ExecuteAsync);

    public static readonly MigrationStepCommand Abort = new(
        "migration abort", "Remove the destination of a migration, and bring the source back.", "Abort image migration", "aborting migration failed", ImageMigration.AbortAsync);

    public override string Name => name;

    public override string Summary => summary;

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        ProgressLine progress = session.StartProgress(label);
        await progress.RunAsync(() => step(io, NativeText.ToName(path.Image), progress.Report, session.Interrupted))
            .FailingAs(failure).ConfigureAwait(false);
    }
}
