using System.Globalization;

namespace CurveRbd.Rados;

/// <summary>A watch of an object: its client and the client's number for it.</summary>
public readonly record struct ObjectWatcherId(ulong Client, ulong Cookie)
{
    internal string ToKey() => $"{Client:x16}.{Cookie:x16}";

    internal static ObjectWatcherId Parse(string key)
    {
        string[] parts = key.Split('.');
        return new ObjectWatcherId(Number(parts[0]), Number(parts[1]));
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
