using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd import</c></summary>
internal sealed class ImportCommand : Command
{
    private static readonly Option<string> s_oldPool =
        new("pool", 'p', "old name of --dest-pool", AcceptText) { IsHidden = true };

    private static readonly Option<string> s_oldImage = new("image", "old name of --dest", AcceptText) { IsHidden = true };

    public override string Name => "import";

    public override string Summary => "Make an image from a file.";

    public override IReadOnlyList<Option> Options { get; } =
    [
        SpecOptions.Path, .. SpecOptions.OfDestination, .. NewImageOptions.All, SparseSizeOption.SparseSize,
        ProgressOptions.NoProgress, ExportFormatOption.Format, s_oldPool, s_oldImage,
    ];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PathWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        string file = SpecOptions.ReadPath(session.Arguments);
        ImagePath destination = ReadDestination(session, file);
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        int sparseSize = SparseSizeOption.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(destination).ConfigureAwait(false);
        ByteName name = NativeText.ToName(destination.Image);
        var import = new ImageImport(io, name, options, sparseSize, session.Parallelism);
        ProgressLine progress = session.StartProgress("Importing image");
        await progress.RunAsync(() => ExportFormatOption.IsWhole(session.Arguments)
            ? ImportWholeAsync(session, io, name, options, file, (ulong)sparseSize, progress)
            : ImportAsync(session, import, file, progress)).FailingAs("import failed").ConfigureAwait(false);
    }

    private static ImagePath ReadDestination(CommandSession session, string file)
    {
        ParsedArguments arguments = session.Arguments;
        string? oldImage = Deprecated(session, s_oldImage, "--image", "--dest");
        string? oldPool = Deprecated(session, s_oldPool, "-p [ --pool ]", "--dest-pool");
        string fallback = oldImage ?? file[(file.LastIndexOf('/') + 1)..];
        ImagePath path = SpecOptions.ReadDestination(arguments, fallback);
        return path.Pool.Length > 0 || oldPool is null ? path : path with { Pool = oldPool };
    }

    private static string? Deprecated(CommandSession session, Option<string> option, string spelled, string instead)
    {
        string? value = session.Arguments.Find(option);
        if (value is not null)
            session.Terminal.PrintErrorLine($"rbd: {spelled} is deprecated, use {instead}");
        return value;
    }

    private static async Task ImportWholeAsync(
        CommandSession session, IoContext io, ByteName name, ImageOptions options, string path, ulong sparseSize, ProgressLine progress)
    {
        Stream input = StreamFiles.OpenInput(session.Terminal, path);
        await using (input.ConfigureAwait(false))
        {
            var work = new StreamWork(session.Terminal, Errno.EDOM);
            await work.RunAsync(() => ImageStream.ImportAsync(io, name, options, input, sparseSize, progress.Report, session.Interrupted))
                .ConfigureAwait(false);
        }
    }

    private static async Task ImportAsync(CommandSession session, ImageImport import, string path, ProgressLine progress)
    {
        using SourceFile? file = path == "-" ? null : SourceFile.TryOpen(path);
        if (file is not null)
        {
            await import.FromFileAsync(file, progress.Update, session.Interrupted).ConfigureAwait(false);
            return;
        }

        Stream stream = path == "-" ? session.Terminal.Input : SourceFile.OpenStream(path);
        await using (stream.ConfigureAwait(false))
            await import.FromStreamAsync(stream, session.Interrupted).ConfigureAwait(false);
    }

    private static bool AcceptText(string text, out string value)
    {
        value = text;
        return true;
    }
}
