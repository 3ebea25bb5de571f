using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Values inside the configuration are strings of one char per byte; outside they are bytes or UTF-8 text.</summary>
internal static class ConfText
{
    public static string FromBytes(ByteName value) => Encoding.Latin1.GetString(value.ToBytes());

    public static ByteName ToBytes(string value) => ByteName.FromBytes(Encoding.Latin1.GetBytes(value));

    public static string FromUtf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string ToUtf8(string value) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
}
