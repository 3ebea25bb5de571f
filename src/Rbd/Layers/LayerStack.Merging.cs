using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    /// <summary>
    /// Begins to merge an overlay into the layer below it, or goes on with it. If the overlay is the head, new writes go to the lower
    /// layer from now on. Requests may be in flight.
    /// </summary>
    /// <param name="upper">
    /// The volume of the overlay. It alone may lie on the layer below it; whoever else has it open reads right contents until its
    /// volume is deleted.
    /// </param>
    /// <exception cref="StorageException">EINVAL: it can't be merged as it is. EBUSY: another layer is being merged.</exception>
    public async Task<LayerMerge> BeginMergeAsync(IVolume upper, MergeOptions options)
    {
        int index = Array.IndexOf(_map.Layers, LayerOf(upper));
        Layer child = _map.Layers[index];
        Layer? parent = index > 0 ? _map.Layers[index - 1] : null;
        VerifyMerge(child, parent);
        await FlushAsync().ConfigureAwait(false); // places freed until now can still be used again
        await parent.LoadPlacesAsync().ConfigureAwait(false);
        child.KeepsFreedPlaces = true;
        _merging = child;
        _writable = [.. _writable.Union([Head, parent, child])];
        if (child == Head)
            _absorber = parent;
        return new LayerMerge(this, _map, _blocks, _locks, child, parent, options);
    }

    /// <summary>
    /// Begins to move an overlay up into the one above it, because its table is the smaller one, or goes on with it. If that is the head,
    /// requests may be in flight.
    /// </summary>
    /// <param name="upper">The volume of the upper overlay, which alone may lie on the lower one. Nobody else writes to it.</param>
    /// <exception cref="StorageException">EINVAL: it can't be moved as it is.</exception>
    public async Task<LayerLift> BeginLiftAsync(IVolume upper, MergeOptions options)
    {
        int index = Array.IndexOf(_map.Layers, LayerOf(upper));
        Layer layer = _map.Layers[index];
        Layer? lower = index > 0 ? _map.Layers[index - 1] : null;
        if (layer.Header is null || lower?.Header is null || lower.Header.Capacity > layer.Header.Capacity)
            throw new StorageException(Errno.EINVAL, $"layer {upper.Path} is no overlay on one with a smaller table: that can't be moved up");
        await FlushAsync().ConfigureAwait(false);
        await layer.LoadPlacesAsync().ConfigureAwait(false);
        _writable = [.. _writable.Union([Head, layer])];
        return new LayerLift(this, _map, _blocks, _locks, layer, lower, options);
    }

    /// <summary>
    /// Takes the merged layer out of the stack; the one below takes its place and what is seen of it. No request may be in flight.
    /// </summary>
    /// <returns>false: it was written to meanwhile, run the merge again. Otherwise the volume is the caller's, to close and delete.</returns>
    public async Task<bool> FinishMergeAsync(LayerMerge merge)
    {
        if (!await merge.IsDoneAsync().ConfigureAwait(false))
            return false;
        merge.Lower.Overlap = merge.Upper.Overlap;
        _merging = null;
        Use([.. _map.Layers.Where(layer => layer != merge.Upper)]);
        return true;
    }

    /// <summary>
    /// Lets go of a merge before its end: the layers stay as they are, and whoever goes on begins anew. It must not be running.
    /// </summary>
    public void AbandonMerge()
    {
        _merging = null;
        _absorber = null;
    }

    /// <summary>
    /// Erases what a layer holds beyond its overlap, so that the overlap can be lifted: before it is merged with the layer above. The
    /// overlap of the layers below must be cut to the same length together with that.
    /// </summary>
    public async Task TrimAsync(IVolume volume)
    {
        Layer layer = LayerOf(volume);
        if (layer == Head)
            throw new StorageException(Errno.EINVAL, $"layer {volume.Path} is the head: all of it is seen");
        await layer.LoadPlacesAsync().ConfigureAwait(false);
        _writable = [.. _writable.Union([layer])];
        await new LayerTrim(_map, _blocks, layer).RunAsync().ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }

    private void VerifyMerge(Layer child, [System.Diagnostics.CodeAnalysis.NotNull] Layer? parent)
    {
        if (parent is null || child.Table is null)
            throw new StorageException(Errno.EINVAL, $"layer {child.Volume.Path} is no overlay on another layer: it can't be merged");
        if (parent.Overlap != ulong.MaxValue || parent.Filled != ulong.MaxValue)
        {
            throw new StorageException(Errno.EINVAL,
                $"layer {parent.Volume.Path} is seen up to {parent.Overlap} and filled up to {parent.Filled} bytes: trim and fill it before a merge");
        }

        if (parent.Header is { } header && header.Capacity < child.Header!.Capacity)
            throw new StorageException(Errno.EINVAL, $"layer {parent.Volume.Path} has a smaller table than {child.Volume.Path} above it");
        if (_merging is not null && _merging != child)
            throw new StorageException(Errno.EBUSY, $"layer {_merging.Volume.Path} is being merged already");
    }
}
