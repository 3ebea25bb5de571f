using System.Globalization;

namespace CurveRbd.Cli;

/// <summary>Sizes as arguments: an integer and a binary unit (B, K, M, G, T, P, E, also as KB and Ki; upper case only).</summary>
internal static class ByteSize
{
    private const string Units = "BKMGTPE";

    /// <summary>A size whose unit is MiB when none is given.</summary>
    public static bool TryParseMebibytes(string text, out ulong bytes) => TryParse(text, 'M', out bytes);

    /// <summary>A size whose unit is one byte when none is given.</summary>
    public static bool TryParseBytes(string text, out ulong bytes) => TryParse(text, 'B', out bytes);

    private static bool TryParse(string text, char defaultUnit, out ulong bytes)
    {
        bytes = 0;
        string digits = text.TrimEnd('B', 'i', 'K', 'M', 'G', 'T', 'P', 'E');
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong count))
            return false;

        if (!TryReadUnit(text[digits.Length..], defaultUnit, out int shift) || count > ulong.MaxValue >> shift)
            return false;
        bytes = count << shift;
        return true;
    }

    private static bool TryReadUnit(string unit, char defaultUnit, out int shift)
    {
        int index = Units.IndexOf(unit.Length == 0 ? defaultUnit : unit[0]);
        shift = 10 * index;
        return index >= 0 && (unit.Length <= 1 || (shift > 0 && unit[1..] is "B" or "i" or "iB"));
    }
}
