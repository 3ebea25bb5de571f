using System.Globalization;

namespace CurveRbd.Rados;

/// <summary>Numbers with a fraction, written with six decimals as C's "%f" does.</summary>
internal static class FloatingPoint
{
    public static double Parse(string value) => value.TrimStart().ToUpperInvariant() switch
    {
        "INF" or "INFINITY" or "+INF" => double.PositiveInfinity,
        "-INF" or "-INFINITY" => double.NegativeInfinity,
        "NAN" => double.NaN,
        var text when double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, null, out double number) => number,
        _ => throw new FormatException("not a number"),
    };

    public static string Canonical(string value)
    {
        double number = Parse(value);
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        return number.ToString("F6");
    }
}
