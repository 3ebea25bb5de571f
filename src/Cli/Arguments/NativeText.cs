using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>
/// Text that goes back to the bytes it came from: UTF-8, where a byte that is not valid UTF-8 becomes the lone surrogate U+DC00 + byte.
/// Arguments and names of images are bytes to the system, and a name that is not UTF-8 must still be listed, opened and removed.
/// </summary>
internal static class NativeText
{
    private const char EscapeFirst = '\uDC00';
    private const char EscapeLast = '\uDCFF';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            if (valid)
                text.Append(rune.ToString());
            else
                AppendEscaped(text, bytes[..consumed]);
            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    public static byte[] Encode(string text)
    {
        var bytes = new MemoryStream(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is >= EscapeFirst and <= EscapeLast)
            {
                bytes.WriteByte((byte)(text[i] - EscapeFirst));
                continue;
            }

            Rune rune = Rune.TryGetRuneAt(text, i, out Rune whole) ? whole : Rune.ReplacementChar;
            bytes.Write(encoded[..rune.EncodeToUtf8(encoded)]);
            i += rune.Utf16SequenceLength - 1;
        }

        return bytes.ToArray();
    }

    public static ByteName ToName(string text) => ByteName.FromBytes(Encode(text));

    public static string FromName(ByteName name) => Decode(name.ToBytes());

    private static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> invalid)
    {
        foreach (byte b in invalid)
            text.Append((char)(EscapeFirst + b));
    }
}
