using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The differences between a snapshot of an image, or nothing at all, and what an open handle sees.</summary>
internal sealed class ImageDiff : IAsyncDisposable
{
    private readonly Image _image;
    private readonly Image? _from;
    private readonly Predicate<VolumePath> _isCounted;
    private readonly bool _isSame;

    private ImageDiff(Image image, Image? from, Predicate<VolumePath> isCounted, bool isSame)
    {
        _image = image;
        _from = from;
        _isCounted = isCounted;
        _isSame = isSame;
    }

    /// <param name="from">null: an image that was never written to.</param>
    /// <param name="includeParent">Counts, where there is no snapshot to start at, what shows through from the parent too.</param>
    /// <exception cref="StorageException">EINVAL: the snapshot is newer than what the handle sees.</exception>
    public static async Task<ImageDiff> OpenAsync(
        Image image, Snapshot? from, bool includeParent, CancellationToken cancellationToken)
    {
        if (from is null)
        {
            Predicate<VolumePath> isCounted = includeParent ? _ => true : OwnLayers(image);
            return new ImageDiff(image, null, isCounted, isSame: false);
        }

        if (image.SnapshotId != Snapshot.HeadId && from.Id > image.SnapshotId)
        {
            throw new StorageException(
                Errno.EINVAL, $"image {image.Description}: snapshot '{from.Name}' is newer than the one that it is compared with, {image.SnapshotId}");
        }

        if (from.Id == image.SnapshotId)
            return new ImageDiff(image, null, _ => false, isSame: true);
        Image start = await image.OpenSnapshotAsync(from.Id, cancellationToken).ConfigureAwait(false);
        return new ImageDiff(image, start, _ => true, isSame: false);
    }

    /// <summary>The differences in [offset, end): ascending, disjoint, neighbours of one kind joined.</summary>
    /// <param name="end">At most the image's size.</param>
    /// <param name="wholeObject">Rounds to objects, before cutting to the range.</param>
    public IAsyncEnumerable<LayerDiffExtent> ReadAsync(ulong offset, ulong end, bool wholeObject, CancellationToken cancellationToken) =>
        LayerDiffExtent.JoinAsync(FindAsync(offset, end, wholeObject, cancellationToken), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_from is not null)
            await _from.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<LayerDiffExtent> FindAsync(
        ulong offset, ulong end, bool wholeObject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_isSame || offset >= end)
            yield break;
        var diff = new LayerDiff(_from?.Volume, _from?.Size ?? 0, _image.Volume);
        WholeObjects? objects = wholeObject
            ? new WholeObjects(_image.Volume, _image.ObjectSize * _image.StripeCount, Math.Max(end, _image.Size))
            : null;

        // What lies before the range decides about its first object too.
        ulong windowEnd = objects?.EndOf(end) ?? end;
        for (ulong start = objects?.StartOf(offset) ?? offset, next; start < windowEnd; start = next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            next = Math.Min(windowEnd, diff.EndOfStep(start));
            foreach (LayerDiffExtent extent in await ReadStepAsync(diff, objects, start, next).ConfigureAwait(false))
                yield return extent.Clip(offset, end);
        }
    }

    private async Task<List<LayerDiffExtent>> ReadStepAsync(LayerDiff diff, WholeObjects? objects, ulong start, ulong end)
    {
        using IoVisit visit = await _image.Layers.Io.VisitAsync().ConfigureAwait(false);
        using IoVisit? earlier = _from is null ? null : await _from.Layers.Io.VisitAsync().ConfigureAwait(false);
        List<LayerDiffExtent> found = await diff.ReadStepAsync(start, end, _isCounted).ConfigureAwait(false);
        return objects is null ? found : await objects.RoundAsync(found).ConfigureAwait(false);
    }

    private static Predicate<VolumePath> OwnLayers(Image image)
    {
        var own = new HashSet<VolumePath>();
        foreach (Stored<LayerRecord> layer in image.Records.Layers.Values)
        {
            own.Add(layer.Value.Path);
            if (layer.Value.MovingTo is { } newName)
                own.Add(layer.Value.Path with { Name = newName });
        }

        return own.Contains;
    }
}
