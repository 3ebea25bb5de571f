using System.Globalization;

namespace CurveRbd.Cli.Devices;

/// <summary>"/dev/nbd3" and its number.</summary>
internal static class DevicePath
{
    private const string Prefix = "/dev/nbd";

    public static string Of(int index) => $"{Prefix}{index}";

    public static bool TryParse(string path, out int index)
    {
        index = -1;
        return path.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(path.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
