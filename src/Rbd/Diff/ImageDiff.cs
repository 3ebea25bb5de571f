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
    private readonly HashSet<VolumePath> _own = [];
    private ImageRecords? _ownAccordingTo;

    private ImageDiff(Image image, Image? from, bool includeParent, bool isSame)
    {
        _image = image;
        _from = from;
        _isCounted = includeParent ? _ => true : IsOwn;
        _isSame = isSame;
    }

    /// <param name="from">null: an image that was never written to.</param>
    /// <param name="includeParent">Counts, where there is no snapshot to start at, what shows through from the parent too.</param>
    /// <exception cref="StorageException">EINVAL: the snapshot is newer than what the handle sees.</exception>
    public static async Task<ImageDiff> OpenAsync(
        Image image, Snapshot? from, bool includeParent, CancellationToken cancellationToken)
    {
        if (from is null)
            return new ImageDiff(image, null, includeParent, isSame: false);
        if (image.SnapshotId != Snapshot.HeadId && from.Id > image.SnapshotId)
        {
            throw new StorageException(
                Errno.EINVAL, $"image {image.Description}: snapshot '{from.Name}' is newer than the one that it is compared with, {image.SnapshotId}");
        }

        if (from.Id == image.SnapshotId)
            return new ImageDiff(image, null, includeParent, isSame: true);
        Image start = await image.OpenSnapshotAsync(from.Id, cancellationToken).ConfigureAwait(false);
        return new ImageDiff(image, start, includeParent, isSame: false);
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
        var diff = new LayerDiff(_from?.Volume, _from?.StoredSize ?? 0, _image.Volume);
        WholeObjects? objects = wholeObject
            ? new WholeObjects(_image.Volume, _image.ObjectSize * _image.StripeCount, Math.Max(end, _image.StoredSize))
            : null;

        // What lies before the range decides about its first object too.
        ulong windowEnd = objects?.EndOf(end) ?? end;
        for (ulong start = objects?.StartOf(offset) ?? offset, next; start < windowEnd; start = next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (next, List<LayerDiffExtent> found) = await ReadStepAsync(diff, objects, start, windowEnd).ConfigureAwait(false);
            foreach (LayerDiffExtent extent in found)
                yield return extent.Clip(offset, end);
        }
    }

    /// <returns>How far it came, and what it found.</returns>
    private async Task<(ulong End, List<LayerDiffExtent> Found)> ReadStepAsync(
        LayerDiff diff, WholeObjects? objects, ulong start, ulong windowEnd)
    {
        while (true)
        {
            (ulong, List<LayerDiffExtent>) step = await VisitAsync(diff, objects, start, windowEnd).ConfigureAwait(false);
            if (_image.Ownership.IsCertainOfLayers && _from?.Ownership.IsCertainOfLayers != false)
                return step;
        }
    }

    private async Task<(ulong End, List<LayerDiffExtent> Found)> VisitAsync(
        LayerDiff diff, WholeObjects? objects, ulong start, ulong windowEnd)
    {
        // Between two steps the layers may change.
        using IoVisit visit = await _image.Layers.Io.VisitAsync().ConfigureAwait(false);
        using IoVisit? earlier = _from is null ? null : await _from.Layers.Io.VisitAsync().ConfigureAwait(false);
        ulong end = Math.Min(windowEnd, await diff.FindEndOfStepAsync(start).ConfigureAwait(false));
        List<LayerDiffExtent> found = await diff.ReadStepAsync(start, end, _isCounted).ConfigureAwait(false);
        return (end, objects is null ? found : await objects.RoundAsync(found).ConfigureAwait(false));
    }

    private bool IsOwn(VolumePath volume)
    {
        ImageRecords records = _image.Records;
        if (!ReferenceEquals(records, _ownAccordingTo))
        {
            // Layers that are gone meanwhile may still be in the order.
            foreach (Stored<LayerRecord> layer in records.Layers.Values)
            {
                _own.Add(layer.Value.Path);
                if (layer.Value.MovingTo is { } newName)
                    _own.Add(layer.Value.Path with { Name = newName });
            }

            _ownAccordingTo = records;
        }

        return _own.Contains(volume);
    }
}
