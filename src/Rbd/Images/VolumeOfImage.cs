using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where the volume of an image's head lies, also while it is being renamed.</summary>
/// <param name="Path">The name that the volume has at present.</param>
/// <param name="ClaimKey">Of the claim on that name.</param>
/// <param name="OtherClaimKey">Of the claim on the other name while the volume is being renamed.</param>
internal sealed record VolumeOfImage(Stored<LayerRecord> Layer, VolumePath Path, string ClaimKey, string? OtherClaimKey)
{
    /// <returns>null: the layer is gone, so the header that named it is out of date.</returns>
    public static async Task<VolumeOfImage?> FindAsync(ImagePool pool, ImageHeader header, CancellationToken cancellationToken)
    {
        Stored<LayerRecord>? layer = await pool.GetAsync(
            pool.Keys.Layer(header.Id, header.HeadLayer), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        if (layer is null)
            return null;

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
