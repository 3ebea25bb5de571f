using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The checked, completed wishes for a new image.</summary>
internal sealed record ImageLayout(int Order, ulong Features, ulong StripeUnit, ulong StripeCount)
{
    /// <summary>What an image gets when nobody asks for anything.</summary>
    public static ImageLayout Default(CephConf conf) => Of(conf, 0, new ImageOptions());

    /// <exception cref="StorageException">EDOM (order), ENOSYS (unknown feature), EINVAL (everything else).</exception>
    public static ImageLayout Of(CephConf conf, ulong size, ImageOptions options)
    {
        ThrowUnlessFormat2(conf, options);
        int order = OrderOf(conf, options);
        (ulong unit, ulong count) = StripesOf(conf, options, order);
        ulong features = FeaturesOf(conf, options);
        if (unit != 1ul << order || count != 1)
            features |= ImageFeatures.StripingV2;

        ImageGeometry.ThrowUnlessObjectMapFits(size, order, features);
        return new ImageLayout(order, features, unit, count);
    }

    private static void ThrowUnlessFormat2(CephConf conf, ImageOptions options)
    {
        ulong format = options.FindNumber(ImageOption.Format) ?? conf.GetUInt("rbd_default_format");
        if (format < 2)
            throw new StorageException(Errno.EINVAL, $"image format {format} cannot be created any more; use format 2");
        foreach (ImageOption option in new[] { ImageOption.Flatten, ImageOption.CloneFormat })
        {
            if (options.IsSet(option))
                throw new StorageException(Errno.EINVAL, $"image option {option} is for clones and copies, not for a new image");
        }
    }

    private static int OrderOf(CephConf conf, ImageOptions options)
    {
        ulong order = options.FindNumber(ImageOption.Order) ?? 0;
        if (order == 0)
            order = conf.GetUInt("rbd_default_order");
        if (order is < ImageGeometry.OrderMin or > ImageGeometry.OrderMax)
        {
            throw new StorageException(
                Errno.EDOM, $"order {(long)order} is not in {ImageGeometry.OrderMin}..{ImageGeometry.OrderMax} (objects of 4 KiB to 32 MiB)");
        }

        return (int)order;
    }

    private static (ulong Unit, ulong Count) StripesOf(CephConf conf, ImageOptions options, int order)
    {
        ulong unit = options.FindNumber(ImageOption.StripeUnit) ?? 0;
        ulong count = options.FindNumber(ImageOption.StripeCount) ?? 0;
        if (unit == 0 && count == 0)
        {
            unit = conf.GetUInt("rbd_default_stripe_unit");
            count = conf.GetUInt("rbd_default_stripe_count");
        }

        ulong objectSize = 1ul << order;
        if (unit == 0 && count == 0)
            return (objectSize, 1);
        if (unit == 0 || count == 0)
            throw new StorageException(Errno.EINVAL, $"stripe unit {unit} and stripe count {count}: give both or none");
        if (unit > objectSize || objectSize % unit != 0)
            throw new StorageException(Errno.EINVAL, $"objects of {objectSize} bytes are not made of stripe units of {unit} bytes");
        return (unit, count);
    }

    private static ulong FeaturesOf(CephConf conf, ImageOptions options)
    {
        ulong features = options.FindNumber(ImageOption.Features) ?? DefaultFeatures(conf);
        features |= options.FindNumber(ImageOption.FeaturesSet) ?? 0;
        features &= ~(options.FindNumber(ImageOption.FeaturesClear) ?? 0);
        if ((features & ~ImageFeatures.All) != 0)
            throw new StorageException(Errno.ENOSYS, $"features 0x{features & ~ImageFeatures.All:x} are unknown");

        features &= ~ImageFeatures.ImplicitEnable;
        if ((features & ImageFeatures.ObjectMap) != 0)
            features |= ImageFeatures.FastDiff;
        if ((features & (ImageFeatures.ObjectMap | ImageFeatures.Journaling)) != 0 && (features & ImageFeatures.ExclusiveLock) == 0)
            throw new StorageException(Errno.EINVAL, "features object-map and journaling need exclusive-lock");
        return features;
    }

    private static ulong DefaultFeatures(CephConf conf)
    {
        string text = conf.GetText("rbd_default_features");
        return ImageFeatures.TryParse(text, out ulong features)
            ? features
            : throw new StorageException(Errno.EINVAL, $"rbd_default_features = {text}: a name is unknown");
    }
}
