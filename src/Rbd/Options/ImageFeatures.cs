using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The feature bits of an image and the sets that Ceph's rules are made of.</summary>
public static class ImageFeatures
{
    public const ulong Layering = 1;
    public const ulong StripingV2 = 2;
    public const ulong ExclusiveLock = 4;
    public const ulong ObjectMap = 8;
    public const ulong FastDiff = 16;
    public const ulong DeepFlatten = 32;
    public const ulong Journaling = 64;
    public const ulong DataPool = 128;
    public const ulong Operations = 256;
    public const ulong Migrating = 512;
    public const ulong NonPrimary = 1024;
    public const ulong DirtyCache = 2048;

    public const ulong All = 0xFFF;
    public const ulong Default = Layering | ExclusiveLock | ObjectMap | FastDiff | DeepFlatten;

    /// <summary>What a user can switch on a living image.</summary>
    public const ulong Mutable = ExclusiveLock | ObjectMap | FastDiff | Journaling;

    public const ulong DisableOnly = DeepFlatten;

    /// <summary>What follows from other settings; asking for it has no effect.</summary>
    public const ulong ImplicitEnable = StripingV2 | DataPool | FastDiff | Operations | Migrating | NonPrimary | DirtyCache;

    // In bit order.
    private static readonly string[] s_names =
    [
        "layering", "striping", "exclusive-lock", "object-map", "fast-diff", "deep-flatten", "journaling", "data-pool",
        "operations", "migrating", "non-primary", "dirty-cache",
    ];

    /// <returns>The names, sorted and joined by commas.</returns>
    /// <exception cref="StorageException">EINVAL: a bit without a name.</exception>
    public static string ToText(ulong features)
    {
        if ((features & ~All) != 0)
            throw new StorageException(Errno.EINVAL, $"features 0x{features:x} hold bits without a name");
        return string.Join(',', s_names.Where((_, bit) => (features >> bit & 1) != 0).Order(StringComparer.Ordinal));
    }

    /// <summary>Names joined by commas, or a decimal number; an empty text means <see cref="Default"/>.</summary>
    /// <param name="features">Also set, to the known ones, when it fails.</param>
    /// <returns>false: a name is unknown.</returns>
    public static bool TryParse(string text, out ulong features)
    {
        features = Default;
        if (text.Length == 0 || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out features))
            return true;

        features = 0;
        bool allKnown = true;
        foreach (string name in text.Split(','))
        {
            int bit = Array.IndexOf(s_names, name.Trim());
            allKnown &= bit >= 0;
            if (bit >= 0)
                features |= 1ul << bit;
        }

        return allKnown;
    }
}
