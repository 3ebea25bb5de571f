using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>What the <c>rbd image-meta</c> commands share: an image, and a key of its metadata.</summary>
internal abstract class ImageMetaCommand(string what, bool isReadOnly) : Command
{
    protected static readonly Positional KeyWord = new("key", "key of the metadata");

    protected static string ReadWord(ParsedArguments arguments, string name) =>
        arguments.NextWord() ?? throw new CommandException(Errno.EINVAL, $"metadata {name} was not specified");

    /// <summary>Does the command's work on the open image.</summary>
    /// <param name="use">Its failures are reported as "what failed".</param>
    protected async Task UseAsync(CommandSession session, ImagePath path, Func<Image, Task> use)
    {
        Image image = await session.OpenImageAsync(path, isReadOnly).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await use(image).FailingAs($"{what} metadata failed").ConfigureAwait(false);
    }
}
