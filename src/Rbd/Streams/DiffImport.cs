using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Applies a stream of Ceph's format "rbd diff v1" to an image.</summary>
public static class DiffImport
{
    /// <summary>
    /// Resizes the image, writes what changed, and takes the end snapshot. Nothing is written before the start of the stream fits
    /// the image; nor, if the stream can seek, before all of it is known to be well-formed.
    /// </summary>
    /// <param name="sparseSize">Runs of zeros of this many bytes become holes; 0 = 4096.</param>
    /// <param name="progress">
    /// In bytes: of the stream if it can seek, else of the image. Its return value is ignored.
    /// </param>
    /// <exception cref="ImageStreamException">EINVAL: its start snapshot is missing, or it is no such stream. EEXIST: its end snapshot is there. EBADMSG: it is broken.</exception>
    /// <exception cref="StorageException">EROFS, also of a handle at a snapshot; and all that resizing, writing and taking a snapshot can say.</exception>
    public static async Task ReadAsync(
        Image image, Stream input, ulong sparseSize, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        image.ThrowUnlessWritable();
        await VerifyAsync(input, cancellationToken).ConfigureAwait(false);
        var reader = new DiffReader(new StreamInput(input, cancellationToken), DiffFormat.V1);
        ProgressCallback? counted = progress is not null && input.CanSeek
            ? (_, _) => progress((ulong)input.Position, (ulong)input.Length)
            : progress;
        await new ImageDiffReader(image, reader, sparseSize, counted).ApplyAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyAsync(Stream input, CancellationToken cancellationToken)
    {
        if (!input.CanSeek)
            return;
        long start = input.Position;
        await new DiffReader(new StreamInput(input, cancellationToken), DiffFormat.V1).VerifyAsync().ConfigureAwait(false);
        input.Position = start;
    }
}
