using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>A group and the image that is to come to it or to leave it.</summary>
internal sealed record GroupImageSpec(ImagePath Group, ImagePath Image, bool IsById)
{
    private static readonly Option<string> s_groupPool = SpecOptions.Text("group-pool", "group pool name");
    private static readonly Option<string> s_groupNamespace = SpecOptions.Text("group-namespace", "group namespace name");
    private static readonly Option<string> s_imagePool = SpecOptions.Text("image-pool", "image pool name");
    private static readonly Option<string> s_imageNamespace = SpecOptions.Text("image-namespace", "image namespace name");

    public static readonly Option[] Options =
        [s_groupPool, s_groupNamespace, GroupSpec.Group, s_imagePool, s_imageNamespace, SpecOptions.Image, SpecOptions.Pool];

    /// <exception cref="CommandException">EINVAL: one of them is absent, not a spec, or in another namespace.</exception>
    public static GroupImageSpec Read(ParsedArguments arguments, bool canBeById)
    {
        string pool = arguments.Get(SpecOptions.Pool, "");
        ImagePath group = ReadOne(
            arguments, ImagePath.Empty with { Pool = arguments.Get(s_groupPool, pool), Namespace = arguments.Get(s_groupNamespace, "") }, GroupSpec.Group, "group");
        ImagePath place = ImagePath.Empty with { Pool = arguments.Get(s_imagePool, pool), Namespace = arguments.Get(s_imageNamespace, "") };
        bool isById = canBeById && arguments.Find(SpecOptions.ImageId) is not null;
        ImagePath image = isById
            ? place with { Image = arguments.Get(SpecOptions.ImageId, "") }
            : ReadOne(arguments, place, SpecOptions.Image, "image");
        return group.Namespace == image.Namespace
            ? new GroupImageSpec(group, image, isById)
            : throw new CommandException(Errno.EINVAL, "group and image namespace must match");
    }

    private static ImagePath ReadOne(ParsedArguments arguments, ImagePath place, Option<string> option, string what) =>
        (arguments.Find(option) ?? arguments.NextWord()) is { Length: > 0 } spec
            ? SpecOptions.RefuseSnapshot(place.WithSpec(spec, SpecRule.Existing))
            : throw new CommandException(Errno.EINVAL, $"{what} name was not specified");
}
