using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Changes of the order of layers. While one runs no request may be in flight: the image holds them back for the moment it takes.
/// None of them moves data.
/// </summary>
internal sealed partial class LayerStack
{
    /// <summary>The layers as they are, bottom first.</summary>
    public IReadOnlyList<LayerSource> Layers =>
    [
        .. _map.Layers.Select(
            layer => layer.Source with { Overlap = layer.Overlap, Filled = layer.Filled, IsMerging = layer.IsMerging }),
    ];

    /// <summary>
    /// Makes everything durable and changes the layers: freezing the head under a fresh overlay, rolling back to a frozen layer, slipping
    /// in or cutting off layers. Layers with a volume that was there before keep their tables in memory.
    /// </summary>
    /// <param name="layers">Bottom first. New volumes are taken over; those that are not in it any more are the caller's.</param>
    /// <exception cref="StorageException">As <see cref="OpenAsync"/>; the layers are then as they were.</exception>
    public async Task ArrangeAsync(IReadOnlyList<LayerSource> layers)
    {
        if (_map.Layers.Length > 0)
            await FlushAsync().ConfigureAwait(false);
        bool[] wereMerging = [.. _map.Layers.Select(layer => layer.IsMerging)];
        Layer[] arranged = await LoadAsync(layers).ConfigureAwait(false);
        bool isOnlyPushed = IsPrefix(_map.Layers, arranged)
            && wereMerging.SequenceEqual(arranged.Take(wereMerging.Length).Select(layer => layer.IsMerging));
        Use(arranged);
        if (!isOnlyPushed)
            _map.Regions.Clear();
    }

    /// <summary>
    /// Cuts what the head sees of the layers below it: the image shrinks to <paramref name="size"/> bytes, and when it grows again the
    /// cut part is zeros. What the head itself holds there is to be zeroed apart. Ends a merge of the head: what is cut in the layer
    /// below must be trimmed before.
    /// </summary>
    public void CutOverlap(ulong size)
    {
        if (_map.Layers.Length == 1)
            return;
        Layer below = _map.Layers[^2];
        below.Overlap = Math.Min(below.Overlap, size);
        _map.UpdateVisible();
        if (_merging != Head)
            return;
        _merging = null;
        _absorber = null;
    }

    /// <summary>Reports how far a plain layer has been filled from those below it; reads follow at once.</summary>
    /// <param name="filled">In bytes, a multiple of the cluster size, durable in the layer's volume.</param>
    public void SetFilled(IVolume volume, ulong filled) => LayerOf(volume).Filled = filled;

    /// <summary>Clusters that an overlay of the stack holds data of; null while that is not counted: before it is written to and once it merges away.</summary>
    public long? UsedPlaces(IVolume volume) => LayerOf(volume).UsedPlaces;

    private static bool IsPrefix(Layer[] layers, Layer[] of) =>
        layers.Length <= of.Length && layers.AsSpan().SequenceEqual(of.AsSpan(0, layers.Length));

    private Layer LayerOf(IVolume volume) => Array.Find(_map.Layers, layer => ReferenceEquals(layer.Volume, volume))
        ?? throw new StorageException(Errno.EINVAL, $"volume {volume.Path} is no layer of the image with the head {Path}");

    private async Task<Layer[]> LoadAsync(IReadOnlyList<LayerSource> sources)
    {
        Verify(sources);
        var headers = new OverlayHeader?[sources.Count];
        for (int i = 0; i < headers.Length; i++)
        {
            if (sources[i].IsOverlay)
                headers[i] = await OverlayVolume.ReadHeaderAsync(sources[i].Volume).ConfigureAwait(false);
        }

        var layers = new Layer[headers.Length];
        byte slot = 0;
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Keep(sources[i]) ?? new Layer(slot = _map.FreeSlot(after: slot), sources[i], headers[i]);
        await PrepareForMergesAsync(layers).ConfigureAwait(false);
        return layers;
    }

    // Whoever merges has extended a plain layer for what comes, and adds entries to the table of an overlay.
    private static async Task PrepareForMergesAsync(Layer[] layers)
    {
        for (int i = 0; i < layers.Length; i++)
        {
            bool takesIn = i + 1 < layers.Length && layers[i + 1].IsMerging;
            if (layers[i].Table is { } table)
                table.IsAddedTo = takesIn;
            else if (takesIn)
                await layers[i].Volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private Layer? Keep(LayerSource source)
    {
        Layer? layer = Array.Find(_map.Layers, candidate => ReferenceEquals(candidate.Volume, source.Volume));
        if (layer is null)
            return null;
        layer.Overlap = source.Overlap;
        layer.Filled = source.Filled;
        layer.IsMerging = source.IsMerging;
        return layer;
    }

    private static void Verify(IReadOnlyList<LayerSource> layers)
    {
        if (layers.Count == 0)
            throw new StorageException(Errno.EINVAL, "an image without layers can't be opened");
        if (layers.Count > 1 && !layers[^1].IsOverlay)
            throw new StorageException(Errno.EINVAL, $"the head {layers[^1].Volume.Path} lies on other layers but is no overlay");
    }

    private void Use(Layer[] layers)
    {
        foreach (Layer gone in _map.Layers.Except(layers))
            gone.Dispose();
        _map.Arrange(layers);
        _absorber = null;
        _single = layers is [{ Header: null } plain] ? plain : null;
        _writable = [Head, .. TakingIn(layers).Union(_writable.Intersect(layers)).Where(layer => layer != Head)];
        if (Array.IndexOf(layers, _merging) < 0)
            _merging = null;
        ForgetFrozen();
        Watch();
        Limits = _single?.Source.Limits ?? LimitsOf(layers);
    }

    // Whoever merged the head before, and died, wrote to the layer below too: that is not durable before somebody flushes it.
    private static IEnumerable<Layer> TakingIn(Layer[] layers) => layers.SkipLast(1).Where((_, index) => layers[index + 1].IsMerging);

    // Frozen layers are anybody's to merge, and what is remembered of them would be out of date when this stack writes to them again.
    private void ForgetFrozen()
    {
        Layer[] layers = _map.Layers;
        for (int i = 0; i < layers.Length - 1; i++)
        {
            bool isMergedHere = _merging is not null && (layers[i] == _merging || layers[i + 1] == _merging);
            if (!isMergedHere)
                layers[i].Forget();
        }
    }

    private static VolumeLimits LimitsOf(Layer[] layers) => layers[^1].Source.Limits with
    {
        BlockSize = layers.Max(layer => layer.Source.Limits.BlockSize),
        SizeMin = 0,
        SizeGranularity = 1,
        SizeMax = OverlayHeader.CapacityMax,
        CanShrink = true,
        WritesAreDurable = false,
    };
}
