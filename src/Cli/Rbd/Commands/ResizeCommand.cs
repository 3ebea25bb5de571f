using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd resize</c></summary>
internal sealed class ResizeCommand : Command
{
    private static readonly Switch s_allowShrink = new("allow-shrink", "permit a smaller size, which cuts data off");

    public override string Name => "resize";

    public override string Summary => "Make an image larger or smaller.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImage, SizeOption.Size, s_allowShrink, ProgressOptions.NoProgress, .. EncryptionOptions.All];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ulong size = SizeOption.Read(session.Arguments);
        var encryption = EncryptionOptions.Read(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            await encryption.LoadAsync(image, session.Interrupted).ConfigureAwait(false);
            await ResizeAsync(session, image, size).ConfigureAwait(false);
        }
    }

    private static async Task ResizeAsync(CommandSession session, Image image, ulong size)
    {
        bool mayShrink = session.Arguments.Has(s_allowShrink);
        if (size == image.Size)
            throw new CommandException(Errno.EINVAL, "new size is equal to original size ");
        if (size < image.Size && !mayShrink)
            throw new CommandException(Errno.EINVAL, "shrinking an image is only allowed with the --allow-shrink flag");

        ProgressLine progress = session.StartProgress("Resizing image");
        await progress.RunAsync(() => image.ResizeAsync(size, mayShrink, progress.Report, session.Interrupted))
            .FailingAs("resize error").ConfigureAwait(false);
    }
}
