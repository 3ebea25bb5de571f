using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd merge-diff</c></summary>
internal sealed class MergeDiffCommand : Command
{
    public override string Name => "merge-diff";

    public override string Summary => "Make one file of two that export-diff wrote one after the other.";

    public override IReadOnlyList<Option> Options { get; } = [SpecOptions.Path, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } =
    [
        new("diff1-path", "first file, '-' for stdin"), new("diff2-path", "second file"), SpecOptions.PathWord,
    ];

    public override async Task RunAsync(CommandSession session)
    {
        string first = ReadWord(session, "first");
        string second = ReadWord(session, "second");
        string path = SpecOptions.ReadPath(session.Arguments);
        try
        {
            ProgressLine progress = session.StartProgress("Merging image diff");
            await progress.RunAsync(() => MergeAsync(session, first, second, path, progress)).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw new CommandException(e.Errno, "merge-diff error", e);
        }
    }

    private static string ReadWord(CommandSession session, string which) =>
        session.Arguments.NextWord() is { Length: > 0 } word
            ? word
            : throw new CommandException(Errno.EINVAL, $"{which} diff was not specified");

    private static async Task MergeAsync(CommandSession session, string first, string second, string path, ProgressLine progress)
    {
        Stream earlier = Open(session, first);
        await using (earlier.ConfigureAwait(false))
        {
            Stream later = Open(session, second == "-" ? "./-" : second);
            await using (later.ConfigureAwait(false))
                await MergeAsync(session, earlier, later, path, progress).ConfigureAwait(false);
        }
    }

    private static async Task MergeAsync(CommandSession session, Stream first, Stream second, string path, ProgressLine progress)
    {
        bool isCreated = false;
        try
        {
            await new StreamWork(session.Terminal, Errno.EDOM).RunAsync(() => StreamFiles.WriteAsync(session.Terminal, path, output =>
            {
                isCreated = true;
                return DiffMerge.RunAsync(first, second, output, progress.Report, session.Interrupted);
            })).ConfigureAwait(false);
        }
        catch (StorageException) when (!isCreated)
        {
            session.Terminal.PrintErrorLine($"rbd: error create {path}");
            throw;
        }
    }

    private static Stream Open(CommandSession session, string path)
    {
        try
        {
            return StreamFiles.OpenInput(session.Terminal, path);
        }
        catch (StorageException)
        {
            session.Terminal.PrintErrorLine($"rbd: error opening {path}");
            throw;
        }
    }
}
