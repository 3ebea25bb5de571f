using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>The names of feature bits and flags, in the order of their bits, as <c>rbd info</c> lists them.</summary>
internal static class FeatureNames
{
    private static readonly string[] s_operations = ["clone-parent", "clone-child", "group", "snap-trash"];
    private static readonly string[] s_flags = ["object map invalid", "fast diff invalid"];

    public static IEnumerable<string> OfFeatures(ulong features) => Bits(features).Select(bit => ImageFeatures.ToText(1ul << bit));

    public static IEnumerable<string> OfOperations(ulong operations) => Bits(operations).Select(bit => Name(s_operations, bit));

    public static IEnumerable<string> OfFlags(ulong flags) => Bits(flags).Select(bit => Name(s_flags, bit));

    private static IEnumerable<int> Bits(ulong mask) => Enumerable.Range(0, 64).Where(bit => (mask >> bit & 1) != 0);

    private static string Name(string[] names, int bit) => bit < names.Length ? names[bit] : $"unknown({bit})";
}
