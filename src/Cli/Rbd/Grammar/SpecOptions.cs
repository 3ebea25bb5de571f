using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The options and words that say which pool, image and snapshot a command is about.</summary>
internal static class SpecOptions
{
    public static readonly Option<string> Pool = Text("pool", 'p', "pool name");
    public static readonly Option<string> Namespace = Text("namespace", "namespace name");
    public static readonly Option<string> Image = Text("image", "image name");
    public static readonly Option<string> Snapshot = Text("snap", "snapshot name");
    public static readonly Option<string> ImageId = Text("image-id", "image id");
    public static readonly Option<string> DestinationPool = Text("dest-pool", "destination pool name");
    public static readonly Option<string> DestinationNamespace = Text("dest-namespace", "destination namespace name");
    public static readonly Option<string> DestinationImage = Text("dest", "destination image name");
    public static readonly Option<string> DestinationSnapshot = Text("dest-snap", "destination snapshot name");
    public static readonly Option<string> Path = Text("path", "file to read or write, '-' for stdin or stdout");

    public static readonly Option[] OfPool = [Pool, Namespace];
    public static readonly Option[] OfImage = [Pool, Namespace, Image];
    public static readonly Option[] OfImageOrSnapshot = [Pool, Namespace, Image, Snapshot];
    public static readonly Option[] OfDestination = [DestinationPool, DestinationNamespace, DestinationImage];

    public static readonly Positional PoolWord = new("pool-spec", "pool: <pool>[/<namespace>]");
    public static readonly Positional PoolNameWord = new("pool-name", "pool name");
    public static readonly Positional ImageWord = new("image-spec", "image: [<pool>/[<namespace>/]]<image>");
    public static readonly Positional ImageOrSnapshotWord =
        new("image-or-snap-spec", "image or snapshot: [<pool>/[<namespace>/]]<image>[@<snap>]");
    public static readonly Positional SnapshotWord = new("snap-spec", "snapshot: [<pool>/[<namespace>/]]<image>@<snap>");
    public static readonly Positional SourceSnapshotWord =
        new("source-snap-spec", "source snapshot: [<pool>/[<namespace>/]]<image>@<snap>");
    public static readonly Positional DestinationSnapshotWord =
        new("dest-snap-spec", "destination snapshot: [<pool>/[<namespace>/]]<image>@<snap>");
    public static readonly Positional SourceImageWord = new("source-image-spec", "source image: [<pool>/[<namespace>/]]<image>");
    public static readonly Positional SourceImageOrSnapshotWord =
        new("source-image-or-snap-spec", "source: [<pool>/[<namespace>/]]<image>[@<snap>]");
    public static readonly Positional ImageIdWord = new("image-id", "image id: [<pool>/[<namespace>/]]<image id>");
    public static readonly Positional DestinationImageWord =
        new("dest-image-spec", "destination image: [<pool>/[<namespace>/]]<image>");
    public static readonly Positional PathWord = new("path-name", "file to read or write, '-' for stdin or stdout");

    /// <returns>A path of a pool and nothing else.</returns>
    public static ImagePath ReadPoolName(ParsedArguments arguments) =>
        ImagePath.Empty with { Pool = arguments.Find(Pool) ?? arguments.NextWord() ?? "" };

    public static Option<string> Text(string name, string help) => Text(name, null, help);

    public static Option<string> RepeatableText(string name, string help) => new(name, help, TryParseText) { IsRepeatable = true };

    /// <summary>The image a command is about.</summary>
    /// <exception cref="CommandException">EINVAL: absent, or not a spec, or a snapshot is named.</exception>
    public static ImagePath ReadImage(ParsedArguments arguments, SpecRule rule = SpecRule.Existing)
    {
        ImagePath path = ReadImageOrSnapshot(arguments, rule);
        return RefuseSnapshot(path);
    }

    /// <inheritdoc cref="ReadImage"/>
    public static ImagePath ReadImageOrSnapshot(ParsedArguments arguments, SpecRule rule = SpecRule.Existing)
    {
        ImagePath path = TryReadImageOrSnapshot(arguments, rule);
        return path.Image.Length > 0 ? path : throw new CommandException(Errno.EINVAL, "image name was not specified");
    }

    /// <summary>The snapshot a command is about.</summary>
    /// <exception cref="CommandException">EINVAL: absent, or not a spec.</exception>
    public static ImagePath ReadSnapshot(ParsedArguments arguments, SpecRule rule = SpecRule.Existing) =>
        RequireSnapshot(ReadImageOrSnapshot(arguments, rule), rule);

    /// <exception cref="CommandException">EINVAL: a snapshot is named.</exception>
    public static ImagePath RefuseSnapshot(ImagePath path, string which = "") => path.Snapshot.Length == 0
        ? path
        : throw new CommandException(Errno.EINVAL, $"{which}snapshot name specified for a command that doesn't use it");

    /// <exception cref="CommandException">EINVAL: no snapshot is named, or not by a name that the rule allows.</exception>
    public static ImagePath RequireSnapshot(ImagePath path, SpecRule rule = SpecRule.Existing, string which = "")
    {
        if (path.Snapshot.Length == 0)
            throw new CommandException(Errno.EINVAL, $"{which}snapshot name was not specified");
        return rule != SpecRule.NewSnapshot || !path.Snapshot.AsSpan().ContainsAny('/', '@')
            ? path
            : throw new CommandException(Errno.EINVAL, $"invalid snap name '{path.Snapshot}'");
    }

    /// <returns>A path whose image is empty when none was named.</returns>
    public static ImagePath TryReadImageOrSnapshot(ParsedArguments arguments, SpecRule rule = SpecRule.Existing)
    {
        var path = new ImagePath(
            arguments.Get(Pool, ""), arguments.Get(Namespace, ""), "", arguments.Get(Snapshot, ""));
        string? spec = arguments.Find(Image) ?? arguments.NextWord();
        return string.IsNullOrEmpty(spec) ? path : path.WithSpec(spec, rule);
    }

    /// <summary>The trashed image a command is about.</summary>
    /// <returns>A path whose image is the id.</returns>
    /// <exception cref="CommandException">EINVAL: absent, or not a spec.</exception>
    public static ImagePath ReadImageId(ParsedArguments arguments)
    {
        ImagePath path = ImagePath.Empty with { Pool = arguments.Get(Pool, ""), Namespace = arguments.Get(Namespace, "") };
        if (arguments.Find(ImageId) is { Length: > 0 } id)
            return path with { Image = id };
        return arguments.NextWord() is { Length: > 0 } spec
            ? RefuseSnapshot(path.WithSpec(spec, SpecRule.NewImage))
            : throw new CommandException(Errno.EINVAL, "image id was not specified");
    }

    /// <summary>The image a command makes or renames to.</summary>
    /// <param name="fallback">The spec when the line names none.</param>
    public static ImagePath ReadDestination(ParsedArguments arguments, string? fallback = null)
    {
        ImagePath path = ImagePath.Empty with
        {
            Pool = arguments.Get(DestinationPool, ""),
            Namespace = arguments.Get(DestinationNamespace, ""),
        };
        string? spec = arguments.Find(DestinationImage) ?? arguments.NextWord() ?? fallback;
        if (spec is null)
            throw new CommandException(Errno.EINVAL, "destination image name was not specified");

        return RefuseSnapshot(path.WithSpec(spec, SpecRule.NewImage), "destination ");
    }

    /// <summary>The snapshot a command renames to.</summary>
    /// <param name="source">Whose pool and namespace hold where none are named.</param>
    /// <exception cref="CommandException">EINVAL: absent, or not a spec.</exception>
    public static ImagePath ReadDestinationSnapshot(ParsedArguments arguments, ImagePath source)
    {
        var path = new ImagePath(
            arguments.Get(DestinationPool, source.Pool),
            arguments.Get(DestinationNamespace, source.Namespace),
            "",
            arguments.Get(DestinationSnapshot, ""));
        string spec = arguments.Find(DestinationImage) ?? arguments.NextWord()
            ?? throw new CommandException(Errno.EINVAL, "destination image name was not specified");
        return RequireSnapshot(path.WithSpec(spec, SpecRule.NewSnapshot), SpecRule.NewSnapshot, "destination ");
    }

    /// <returns>A path without image.</returns>
    public static ImagePath ReadPool(ParsedArguments arguments)
    {
        ImagePath path = ImagePath.Empty with { Pool = arguments.Get(Pool, ""), Namespace = arguments.Get(Namespace, "") };
        return path.Pool.Length == 0 && arguments.NextWord() is { } spec ? path.WithPoolSpec(spec) : path;
    }

    /// <exception cref="CommandException">EINVAL: no file is named.</exception>
    public static string ReadPath(ParsedArguments arguments) =>
        (arguments.Find(Path) ?? arguments.NextWord()) is { Length: > 0 } path
            ? path
            : throw new CommandException(Errno.EINVAL, "path was not specified");

    private static Option<string> Text(string name, char? letter, string help) => new(name, letter, help, TryParseText);

    private static bool TryParseText(string text, out string value)
    {
        value = text;
        return true;
    }
}
