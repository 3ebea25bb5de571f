using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Ceph's rules for switching features of a living image.</summary>
internal static class FeatureUpdate
{
    private const ulong MapFeatures = ImageFeatures.ObjectMap | ImageFeatures.FastDiff;

    public static ImageHeader Apply(ImageHeader header, ulong mask, bool enable)
    {
        ThrowUnlessSwitchable(mask, enable);
        ulong changed = mask & (enable ? ~header.Features : header.Features);
        if (changed == 0 || changed != mask)
            throw Invalid($"of the features {Text(mask)} some are {(enable ? "on" : "off")} already");
        return enable ? Enable(header, changed) : Disable(header, changed);
    }

    private static ImageHeader Enable(ImageHeader header, ulong added)
    {
        if ((added & MapFeatures) != 0)
            added |= MapFeatures;
        ulong features = header.Features | added;
        if ((added & (MapFeatures | ImageFeatures.Journaling)) != 0 && (features & ImageFeatures.ExclusiveLock) == 0)
            throw Invalid($"{Text(added)} need exclusive-lock");

        // What was written before the map was there is not in it until somebody rebuilds it.
        bool isNewMap = (added & ~header.Features & ImageFeatures.ObjectMap) != 0;
        ulong flags = isNewMap ? ImageFlags.ObjectMapInvalid | ImageFlags.FastDiffInvalid : 0;
        return header with { Features = features, Flags = header.Flags | flags };
    }

    private static ImageHeader Disable(ImageHeader header, ulong removed)
    {
        if ((removed & MapFeatures) != 0)
            removed |= MapFeatures;
        ulong features = header.Features & ~removed;
        ulong dependants = MapFeatures | ImageFeatures.Journaling;
        if ((removed & ImageFeatures.ExclusiveLock) != 0 && (features & dependants) != 0)
            throw Invalid($"{Text(features & dependants)} need exclusive-lock: switch them off with it");

        ulong flags = (removed & ImageFeatures.ObjectMap) != 0 ? ImageFlags.ObjectMapInvalid | ImageFlags.FastDiffInvalid : 0;
        return header with { Features = features, Flags = header.Flags & ~flags };
    }

    private static void ThrowUnlessSwitchable(ulong mask, bool enable)
    {
        ulong switchable = ImageFeatures.Mutable | (enable ? 0 : ImageFeatures.DisableOnly);
        if (mask == 0 || (mask & ~switchable) != 0)
            throw Invalid($"features 0x{mask:x} cannot be switched {(enable ? "on" : "off")}");
    }

    private static string Text(ulong features) => ImageFeatures.ToText(features);

    private static StorageException Invalid(string message) => new(Errno.EINVAL, message);
}
