using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Whose options a <c>rbd config</c> command is about: an image's or a pool's.</summary>
internal abstract class ConfigTarget
{
    public static ConfigTarget OfImage { get; } = new ImageTarget();

    public static ConfigTarget OfPool { get; } = new PoolTarget();

    public abstract string Name { get; }

    public abstract IReadOnlyList<Option> Options { get; }

    public abstract Positional Word { get; }

    /// <summary>The options it may override.</summary>
    public abstract IReadOnlyList<string> Overridable { get; }

    /// <exception cref="CommandException">EINVAL: none is named.</exception>
    public abstract ImagePath ReadPath(ParsedArguments arguments);

    /// <param name="use">Gets who overrides the configuration, weakest first; the last is the target.</param>
    public abstract Task UseAsync(
        CommandSession session, ImagePath path, bool readOnly, Func<IReadOnlyList<(string Source, ImageMetadata Metadata)>, Task> use);

    private sealed class ImageTarget : ConfigTarget
    {
        public override string Name => "image";

        public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

        public override Positional Word => SpecOptions.ImageWord;

        public override IReadOnlyList<string> Overridable => CephConf.ImageOptions;

        public override ImagePath ReadPath(ParsedArguments arguments) => SpecOptions.ReadImage(arguments);

        public override async Task UseAsync(
            CommandSession session, ImagePath path, bool readOnly, Func<IReadOnlyList<(string Source, ImageMetadata Metadata)>, Task> use)
        {
            IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
            Image image = await session.OpenImageAsync(io, path, readOnly).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
                await use([("pool", PoolMetadata.Of(io)), ("image", image.Metadata)]).ConfigureAwait(false);
        }
    }

    private sealed class PoolTarget : ConfigTarget
    {
        public override string Name => "pool";

        public override IReadOnlyList<Option> Options => [];

        public override Positional Word => SpecOptions.PoolNameWord;

        public override IReadOnlyList<string> Overridable => CephConf.PoolOptions;

        public override ImagePath ReadPath(ParsedArguments arguments) => arguments.NextWord() is { } pool
            ? ImagePath.Empty with { Pool = pool }
            : throw new CommandException(Errno.EINVAL, "pool name was not specified");

        public override async Task UseAsync(
            CommandSession session, ImagePath path, bool readOnly, Func<IReadOnlyList<(string Source, ImageMetadata Metadata)>, Task> use)
        {
            IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
            await use([("pool", PoolMetadata.Of(io))]).ConfigureAwait(false);
        }
    }
}
