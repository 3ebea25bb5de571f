using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>How many layers a clone would lie on, those of its parents' parents counted.</summary>
internal static class CloneDepth
{
    // An open image can't have more than 255, and a clone's own 32, and one more while it is flattened, must find room.
    private const int LayersMax = 200;

    /// <param name="layerId">Of the snapshot that is to be cloned.</param>
    /// <exception cref="StorageException">EMLINK.</exception>
    public static async Task ThrowIfTooDeepAsync(
        ImagePool pool, string imageId, string layerId, CancellationToken cancellationToken)
    {
        int count = 0;
        string? top = layerId;
        while (top is not null)
        {
            (int own, bool liesOnParent) = await CountOwnAsync(pool, imageId, top, cancellationToken).ConfigureAwait(false);
            count += own;
            Stored<ImageHeader>? header = await pool.GetAsync(
                pool.Keys.Header(imageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);
            if (count > LayersMax)
                throw TooDeep(pool, header?.Value.Name ?? imageId);
            if (!liesOnParent || header?.Value.Parent is not { } link
                || await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is not { } parentPool)
                return;
            Stored<SnapshotRecord>? snapshot = await parentPool.GetAsync(
                parentPool.Keys.Snapshot(link.ImageId, link.SnapshotId), RbdJsonContext.Default.SnapshotRecord, cancellationToken)
                .ConfigureAwait(false);
            (pool, imageId, top) = (parentPool, link.ImageId, snapshot?.Value.Layer);
        }
    }

    // Not all records of the image: a golden one has a thousand clones and as many readers.
    private static async Task<(int Count, bool LiesOnParent)> CountOwnAsync(
        ImagePool pool, string imageId, string top, CancellationToken cancellationToken)
    {
        string prefix = pool.Keys.Layers(imageId);
        IReadOnlyList<Stored<LayerRecord>> records = await pool.RangeAsync(
            prefix, RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        Dictionary<string, LayerRecord> layers = records.ToDictionary(
            layer => layer.Record.Key[prefix.Length..], layer => layer.Value, StringComparer.Ordinal);
        int count = 0;
        bool liesOnParent = false;
        for (string? next = top; next is not null && layers.TryGetValue(next, out LayerRecord? layer) && count <= LayersMax; next = layer.Below)
        {
            liesOnParent = layer.LiesOnParent;
            count++;
        }

        return (count, liesOnParent);
    }

    private static StorageException TooDeep(ImagePool pool, ByteName image) => new(
        Errno.EMLINK,
        $"the clone would lie on more than {LayersMax} layers, down to those of {pool.Describe(image)}: flatten one of the images in between");
}
