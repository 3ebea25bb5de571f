using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image with its snapshots and metadata as a stream of Ceph's format "rbd image v2".</summary>
public static class ImageStream
{
    /// <summary>
    /// Writes the image as the handle sees it, after all its earlier snapshots (of users; those of groups and of the trash have no
    /// place in the format). Of a clone all that shows through is in it.
    /// </summary>
    /// <param name="progress">In states: snapshots and what the handle sees. Its return value is ignored.</param>
    /// <exception cref="StorageException">ENOENT: a snapshot was removed meanwhile. EIO: somebody shrank the image.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public static async Task ExportAsync(Image image, Stream output, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        await image.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var writer = new ImageStreamWriter(new StreamOutput(output, cancellationToken));
        var walk = new SnapshotWalk(image);
        IReadOnlyList<Snapshot> snapshots = await walk.ListEarlierAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<KeyValuePair<ByteName, ByteName>> metadata =
            await image.Metadata.ListAsync(ByteName.Empty, 0, cancellationToken).ConfigureAwait(false);
        await writer.WriteHeaderAsync(image, metadata).ConfigureAwait(false);
        await writer.WriteDiffCountAsync((ulong)snapshots.Count + 1).ConfigureAwait(false);
        ulong done = 0;
        await walk.VisitAsync(snapshots, WriteAsync, cancellationToken).ConfigureAwait(false);
        await WriteAsync(image, snapshots.Count > 0 ? snapshots[^1] : null).ConfigureAwait(false);

        async Task WriteAsync(Image state, Snapshot? from)
        {
            await WriteDiffAsync(state, from, isHead: state == image, writer.NextDiff(), cancellationToken).ConfigureAwait(false);
            progress?.Invoke(++done, (ulong)snapshots.Count + 1);
        }
    }

    /// <summary>
    /// Makes a new image with the snapshots and metadata of the stream. Nothing is made before the stream, if it can seek, is known to be
    /// well-formed; after a failure nothing is left.
    /// </summary>
    /// <param name="options">Count before what the stream says.</param>
    /// <param name="sparseSize">Runs of zeros of this many bytes become holes; 0 = 4096.</param>
    /// <param name="progress">In states, as the stream has them. Its return value is ignored.</param>
    /// <exception cref="ImageStreamException">EINVAL, EEXIST: it is no such stream, or it makes no sense. EBADMSG: it is broken.</exception>
    /// <exception cref="StorageException">EEXIST, and all that creating, resizing, writing and taking a snapshot can say.</exception>
    public static async Task ImportAsync(
        IoContext destination,
        ByteName name,
        ImageOptions options,
        Stream input,
        ulong sparseSize,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        await VerifyAsync(input, cancellationToken).ConfigureAwait(false);
        var reader = new ImageStreamReader(new StreamInput(input, cancellationToken));
        ImageStreamHeader header = await reader.ReadHeaderAsync().ConfigureAwait(false);
        await ImageDirectory.CreateAsync(destination, name, 0, Complete(options, header), cancellationToken).ConfigureAwait(false);
        var unfinished = new UnfinishedImage(destination, name);
        await unfinished.FillAsync(image => FillAsync(image, reader, header, sparseSize, progress, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task WriteDiffAsync(
        Image state, Snapshot? from, bool isHead, DiffWriter output, CancellationToken cancellationToken)
    {
        ImageDiff diff = await ImageDiff.OpenAsync(state, from, includeParent: true, cancellationToken).ConfigureAwait(false);
        await using (diff.ConfigureAwait(false))
        {
            await new ImageDiffWriter(state, diff, output, null)
                .WriteAsync(from?.Name, isHead ? null : state.CurrentSnapshot, wholeObject: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task VerifyAsync(Stream input, CancellationToken cancellationToken)
    {
        if (!input.CanSeek)
            return;
        long start = input.Position;
        await new ImageStreamReader(new StreamInput(input, cancellationToken)).VerifyAsync().ConfigureAwait(false);
        input.Position = start;
    }

    private static ImageOptions Complete(ImageOptions options, ImageStreamHeader header)
    {
        ImageOptions complete = options.Clone();
        SetIfUnset(ImageOption.Order, ImageTag.Order);
        SetIfUnset(ImageOption.Features, ImageTag.Features);
        SetIfUnset(ImageOption.StripeUnit, ImageTag.StripeUnit);
        SetIfUnset(ImageOption.StripeCount, ImageTag.StripeCount);
        return complete;

        void SetIfUnset(ImageOption option, ImageTag tag)
        {
            if (!complete.IsSet(option) && header.Numbers.TryGetValue(tag, out ulong value))
                complete.Set(option, value);
        }
    }

    private static async Task FillAsync(
        Image image,
        ImageStreamReader reader,
        ImageStreamHeader header,
        ulong sparseSize,
        ProgressCallback? progress,
        CancellationToken cancellationToken)
    {
        foreach ((ByteName key, ByteName value) in header.Metadata)
            await image.Metadata.SetAsync(key, value, cancellationToken).ConfigureAwait(false);
        ulong count = await reader.ReadDiffCountAsync().ConfigureAwait(false);
        for (ulong done = 0; done < count; done++)
        {
            await new ImageDiffReader(image, reader.NextDiff(), sparseSize, null).ApplyAsync(cancellationToken).ConfigureAwait(false);
            progress?.Invoke(done + 1, count);
        }
    }
}
