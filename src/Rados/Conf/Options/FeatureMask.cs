using System.Globalization;

namespace CurveRbd.Rados;

/// <summary>The value of rbd_default_features: names or a number, canonically the number, which Cinder passes to int().</summary>
internal static class FeatureMask
{
    // Layering to deep-flatten, journaling, data-pool and the internal ones: the bits that Ceph knows by name.
    private static readonly string[] s_names =
    [
        "layering", "striping", "exclusive-lock", "object-map", "fast-diff", "deep-flatten", "journaling", "data-pool",
        "operations", "migrating", "non-primary", "dirty-cache",
    ];

    public const string Default = "61";

    public static string Canonical(string value)
    {
        if (value.Length == 0)
            return Default;
        if (value.All(char.IsAsciiDigit))
            return Number(value).ToString();

        ulong mask = 0;
        foreach (string name in value.Split(','))
            mask |= Bit(name.Trim());
        return mask.ToString();
    }

    private static ulong Number(string digits)
    {
        if (!ulong.TryParse(digits, NumberStyles.None, null, out ulong mask) || mask >> s_names.Length != 0)
            throw new FormatException("has bits that are no features");
        return mask;
    }

    private static ulong Bit(string name)
    {
        int bit = Array.IndexOf(s_names, name);
        return bit >= 0 ? 1UL << bit : throw new FormatException($"'{name}' is not a feature");
    }
}
