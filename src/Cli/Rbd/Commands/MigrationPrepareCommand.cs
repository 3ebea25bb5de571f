using System.Text.Json;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd migration prepare</c></summary>
internal sealed class MigrationPrepareCommand : Command
{
    private static readonly Switch s_importOnly = new("import-only", "read the source, and leave it as it is");
    private static readonly Option<string> s_sourceSpec = SpecOptions.Text("source-spec", "what to import, as JSON");
    private static readonly Option<string> s_sourceSpecPath = SpecOptions.Text("source-spec-path", "file with that JSON, '-' for stdin");
    private static readonly Switch s_flatten = new("flatten", "leave the destination without a parent");

    public override string Name => "migration prepare";

    public override string Summary => "Begin to migrate an image: make the destination, which is the image from then on.";

    public override IReadOnlyList<Option> Options { get; } =
    [
        s_importOnly, s_sourceSpecPath, s_sourceSpec, .. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, .. NewImageOptions.All, s_flatten,
    ];

    public override IReadOnlyList<Positional> Positionals { get; } =
        [SpecOptions.SourceImageOrSnapshotWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        string? spec = await ReadSpecAsync(session).ConfigureAwait(false);
        bool isImport = session.Arguments.Has(s_importOnly);
        if (!isImport && spec is not null)
            throw new CommandException(Errno.EINVAL, "--import-only must be used in combination with source-spec/source-spec-path");
        await (isImport ? ImportAsync(session, spec) : MigrateAsync(session)).ConfigureAwait(false);
    }

    private static async Task MigrateAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImage(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestination(session.Arguments, fallback: source.Image);
        ImageOptions options = ReadOptions(session);
        IoContext from = await session.OpenPoolAsync(source).ConfigureAwait(false);
        IoContext to = await session.OpenPoolAsync(destination).ConfigureAwait(false);
        await ImageMigration.PrepareAsync(
            from, NativeText.ToName(source.Image), to, NativeText.ToName(destination.Image), options, session.Interrupted)
            .FailingAs("preparing migration failed").ConfigureAwait(false);
    }

    // With a source-spec the first image is the destination; without one it is the source.
    private static async Task ImportAsync(CommandSession session, string? spec)
    {
        ImagePath first = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        ImagePath destination = spec is null ? SpecOptions.ReadDestination(session.Arguments) : SpecOptions.RefuseSnapshot(first);
        spec ??= await DescribeAsync(session, SpecOptions.RequireSnapshot(first)).ConfigureAwait(false);
        ImageOptions options = ReadOptions(session);
        IoContext io = await session.OpenPoolAsync(destination).ConfigureAwait(false);
        await ImageMigration.PrepareImportAsync(spec, io, NativeText.ToName(destination.Image), options, session.Interrupted)
            .FailingAs("preparing import migration failed").ConfigureAwait(false);
    }

    private static async Task<string> DescribeAsync(CommandSession session, ImagePath source)
    {
        IoContext io = await session.OpenPoolAsync(source).ConfigureAwait(false);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("type", "native");
            json.WriteNumber("pool_id", io.Pool.Id);
            json.WriteString("pool_namespace", source.Namespace);
            json.WriteString("image_name", source.Image);
            json.WriteString("snap_name", source.Snapshot);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private static ImageOptions ReadOptions(CommandSession session)
    {
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        if (session.Arguments.Has(s_flatten))
            options.Set(ImageOption.Flatten, 1);
        return options;
    }

    private static async Task<string?> ReadSpecAsync(CommandSession session)
    {
        string? spec = session.Arguments.Find(s_sourceSpec);
        if (session.Arguments.Find(s_sourceSpecPath) is not { } path)
            return spec;
        if (spec is not null)
            throw new CommandException(Errno.EINVAL, "cannot specify both source-spec and source-spec-path");
        try
        {
            using var input = new StreamReader(StreamFiles.OpenInput(session.Terminal, path), leaveOpen: path == "-");
            return await input.ReadToEndAsync(session.Interrupted).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            throw new CommandException(error.Errno, $"error opening {path}", error);
        }
    }
}
