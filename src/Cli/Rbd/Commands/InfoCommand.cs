using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd info</c></summary>
internal sealed class InfoCommand : Command
{
    public override string Name => "info";

    public override string Summary => "Show the size, features and times of an image.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, SpecOptions.ImageId, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        string? id = session.Arguments.Find(SpecOptions.ImageId);
        ImagePath path = SpecOptions.TryReadImageOrSnapshot(session.Arguments);
        if (id is not null && path.Image.Length > 0)
            throw new CommandException(Errno.EINVAL, "trying to access image using both name and id. ");
        if (id is null && path.Image.Length == 0)
            throw new CommandException(Errno.EINVAL, "image name was not specified");

        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        Image image = id is null
            ? await session.OpenImageAsync(path, readOnly: true).ConfigureAwait(false)
            : await session.OpenImageByIdAsync(path, id).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ImageDescription description = await ImageDescription.OfAsync(image, session.Interrupted).ConfigureAwait(false);
            session.Terminal.Print(document is null ? description.ToText() : description.ToDocument(document));
        }
    }
}
