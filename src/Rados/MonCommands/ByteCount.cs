namespace CurveRbd.Rados;

/// <summary>Byte counts as Ceph prints them: "1 GiB", "3.2 GiB", "855 KiB", "0 B".</summary>
public static class ByteCount
{
    // Ceph formats into a buffer for seven characters and takes the first of 2, 1, 0 decimals that fits, unit included.
    private const int LengthMax = 7;

    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string ToText(ulong bytes)
    {
        int unit = 0;
        while (unit < s_units.Length - 1 && bytes >> (10 * (unit + 1)) != 0)
            unit++;

        int shift = 10 * unit;
        ulong whole = bytes >> shift;
        return whole << shift == bytes ? $"{whole} {s_units[unit]}" : Round(bytes / Math.Pow(2, shift), s_units[unit]);
    }

    private static string Round(double count, string unit)
    {
        string text = $"{Math.Round(count, 1, MidpointRounding.ToEven):F1} {unit}";
        return text.Length <= LengthMax ? text : $"{Math.Round(count, MidpointRounding.ToEven):F0} {unit}";
    }
}
