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
        while (top is not null && await ImageRecords.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false) is { } records)
        {
            count += CountOwn(records, top, out bool liesOnParent);
            if (count > LayersMax)
                throw TooDeep(pool, records.Header.Value);
            if (!liesOnParent || records.Header.Value.Parent is not { } link
                || await pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken).ConfigureAwait(false) is not { } parentPool)
                return;
            Stored<SnapshotRecord>? snapshot = await parentPool.GetAsync(
                parentPool.Keys.Snapshot(link.ImageId, link.SnapshotId), RbdJsonContext.Default.SnapshotRecord, cancellationToken)
                .ConfigureAwait(false);
            (pool, imageId, top) = (parentPool, link.ImageId, snapshot?.Value.Layer);
        }
    }

    private static int CountOwn(ImageRecords records, string top, out bool liesOnParent)
    {
        int count = 0;
        liesOnParent = false;
        for (string? next = top; next is not null && count <= LayersMax;)
        {
            LayerRecord layer = records.GetLayer(next).Value;
            liesOnParent = layer.LiesOnParent;
            next = layer.Below;
            count++;
        }

        return count;
    }

    private static StorageException TooDeep(ImagePool pool, ImageHeader image) => new(
        Errno.EMLINK,
        $"the clone would lie on more than {LayersMax} layers, down to those of {pool.Describe(image.Name)}: flatten one of the images in between");
}
