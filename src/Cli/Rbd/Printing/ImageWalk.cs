using System.Runtime.CompilerServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Opens the images of a pool one after another.</summary>
internal static class ImageWalk
{
    /// <summary>Each is open, for reading, until the next is asked for. An image that vanished meanwhile is left out.</summary>
    public static async IAsyncEnumerable<Image> OpenEachAsync(
        IoContext io, IReadOnlyList<ImageSpec> images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (ImageSpec spec in images)
        {
            if (await TryOpenAsync(io, spec, cancellationToken).ConfigureAwait(false) is not { } image)
                continue;
            await using (image.ConfigureAwait(false))
                yield return image;
        }
    }

    private static async Task<Image?> TryOpenAsync(IoContext io, ImageSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            return await Image.OpenAsync(io, spec.Name, null, true, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (StorageException e)
        {
            throw new CommandException($"error opening image {NativeText.FromName(spec.Name)}", e);
        }
    }
}
