using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Arithmetic of objects and stripes.</summary>
internal static class ImageGeometry
{
    public const int OrderMin = 12;
    public const int OrderMax = 25;

    // Ceph's limit for an object map, which it keeps in one object.
    public const ulong ObjectMapObjectsMax = 256_000_000;

    public static ulong CountObjects(ulong size, int order) => (size >> order) + ((size & ((1ul << order) - 1)) == 0 ? 0ul : 1ul);

    /// <exception cref="StorageException">EINVAL: the object map would be too large.</exception>
    public static void ThrowUnlessObjectMapFits(ulong size, int order, ulong features)
    {
        if ((features & ImageFeatures.ObjectMap) != 0 && CountObjects(size, order) > ObjectMapObjectsMax)
        {
            throw new StorageException(
                Errno.EINVAL,
                $"{size} bytes in objects of 2^{order} bytes are more than the {ObjectMapObjectsMax} objects that an object map holds; use larger objects");
        }
    }
}
