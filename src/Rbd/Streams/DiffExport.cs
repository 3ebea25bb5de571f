using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Writes what changed in an image since a snapshot as a stream of Ceph's format "rbd diff v1".</summary>
public static class DiffExport
{
    /// <summary>The end snapshot is the one that the handle is at.</summary>
    /// <param name="from">null: since it was empty.</param>
    /// <param name="wholeObject">Also what did not change in the objects that did.</param>
    /// <param name="progress">In bytes of the image; its return value is ignored.</param>
    /// <exception cref="StorageException">ENOENT: no such snapshot. EINVAL: it is newer. Both before anything is written. EIO: somebody shrank the image.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public static async Task WriteAsync(
        Image image,
        ByteName? from,
        bool wholeObject,
        Stream output,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        Snapshot? start = from is { } name ? await image.Snapshots.GetAsync(name, cancellationToken).ConfigureAwait(false) : null;
        ImageDiff diff = await ImageDiff.OpenAsync(image, start, includeParent: true, cancellationToken).ConfigureAwait(false);
        await using (diff.ConfigureAwait(false))
        {
            var writer = new DiffWriter(new StreamOutput(output, cancellationToken), DiffFormat.V1);
            await new ImageDiffWriter(image, diff, writer, progress)
                .WriteAsync(start?.Name, image.CurrentSnapshot, wholeObject, cancellationToken).ConfigureAwait(false);
        }
    }
}
