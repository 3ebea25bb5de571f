using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where the volume of a layer lies, also while it is being renamed.</summary>
/// <param name="Path">The name that the volume has at present.</param>
/// <param name="ClaimKey">Of the claim on that name.</param>
/// <param name="OtherClaimKey">Of the claim on the other name while the volume is being renamed.</param>
internal sealed record VolumeOfImage(Stored<LayerRecord> Layer, VolumePath Path, string ClaimKey, string? OtherClaimKey)
{
    /// <summary>That of an image's head.</summary>
    /// <returns>null: the layer is gone, so the header that named it is out of date.</returns>
    public static async Task<VolumeOfImage?> FindAsync(ImagePool pool, ImageHeader header, CancellationToken cancellationToken)
    {
        Stored<LayerRecord>? layer = await pool.GetAsync(
            pool.Keys.Layer(header.Id, header.HeadLayer), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        return layer is null ? null : await OfLayerAsync(pool, header, layer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Those of all layers of an image.</summary>
    public static async Task<IReadOnlyList<VolumeOfImage>> ListAsync(
        ImagePool pool, ImageHeader header, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<LayerRecord>> layers = await pool.RangeAsync(
            pool.Keys.Layers(header.Id), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        var volumes = new List<VolumeOfImage>(layers.Count);
        foreach (Stored<LayerRecord> layer in layers)
            volumes.Add(await OfLayerAsync(pool, header, layer, cancellationToken).ConfigureAwait(false));
        return volumes;
    }

    public static async ValueTask<VolumeOfImage> OfLayerAsync(
        ImagePool pool, ImageHeader header, Stored<LayerRecord> layer, CancellationToken cancellationToken)
    {
        var keys = new RecordKeys(header.DataPoolId);
        VolumePath path = layer.Value.Path;
        if (layer.Value.MovingTo is not { } movingTo)
            return new VolumeOfImage(layer, path, keys.Claim(path.Name), null);

        VolumePath moved = path with { Name = movingTo };
        bool hasMoved = await pool.Volumes.StatAsync(path, cancellationToken).ConfigureAwait(false) is null;
        return hasMoved
            ? new VolumeOfImage(layer, moved, keys.Claim(moved.Name), keys.Claim(path.Name))
            : new VolumeOfImage(layer, path, keys.Claim(path.Name), keys.Claim(moved.Name));
    }
}
