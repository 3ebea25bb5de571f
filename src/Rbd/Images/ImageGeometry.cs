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

    /// <summary>
    /// Objects of a striped image. An end that fills less than one stripe touches fewer than a full set; without striping, or past
    /// the first stripe, a set begun counts whole.
    /// </summary>
    public static ulong CountObjects(ulong size, int order, ulong stripeUnit, ulong stripeCount)
    {
        if (stripeCount <= 1)
            return CountObjects(size, order);
        ulong set = stripeCount << order;
        ulong rest = size % set;
        ulong begun = Math.Min(stripeCount, rest / stripeUnit + (rest % stripeUnit == 0 ? 0ul : 1ul));
        return size / set * stripeCount + begun;
    }

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
