using CurveRbd.Rados;

namespace CurveRbd.Rbd;

/// <summary>The key-value pairs of a pool.</summary>
public static class PoolMetadata
{
    public static ImageMetadata Of(IoContext io)
    {
        var pool = new ImagePool(io);
        return new ImageMetadata(
            new MetadataTarget(pool, pool.Keys.PoolMetadata, OwnerKey: null, IsReadOnly: false, $"pool {io.Pool.Name}"));
    }
}
