using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The image a command is about, known by its name or, also from the trash, by --image-id.</summary>
/// <param name="Path">Without image when that is given by id.</param>
internal sealed record ImageChoice(ImagePath Path, string? Id)
{
    /// <exception cref="CommandException">EINVAL: neither name nor id, or both.</exception>
    public static ImageChoice Read(ParsedArguments arguments)
    {
        string? id = arguments.Find(SpecOptions.ImageId);
        if (string.IsNullOrEmpty(id))
            return new ImageChoice(SpecOptions.ReadImageOrSnapshot(arguments), null);

        ImagePath path = SpecOptions.TryReadImageOrSnapshot(arguments);
        return path.Image.Length == 0
            ? new ImageChoice(path, id)
            : throw new CommandException(Errno.EINVAL, "trying to access image using both name and id. ");
    }

    /// <summary>For the commands that don't look into a snapshot.</summary>
    /// <exception cref="CommandException">EINVAL: a snapshot is named.</exception>
    public static ImageChoice ReadImage(ParsedArguments arguments)
    {
        ImageChoice choice = Read(arguments);
        SpecOptions.RefuseSnapshot(choice.Path);
        return choice;
    }

    /// <summary>Opens what is named, a snapshot too.</summary>
    /// <exception cref="CommandException">ENOENT: no such pool, namespace, image or snapshot.</exception>
    public Task<Image> OpenAsync(CommandSession session, bool readOnly) => Id is null
        ? session.OpenImageAsync(Path, readOnly)
        : session.OpenImageByIdAsync(Path, Id, readOnly);

    /// <summary>Opens the image that the named snapshot is of, or belongs to.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public Task<Image> OpenWithoutSnapshotAsync(CommandSession session, bool readOnly) =>
        (this with { Path = Path.WithoutSnapshot }).OpenAsync(session, readOnly);
}
