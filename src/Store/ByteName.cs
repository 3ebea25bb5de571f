using System.Text;

namespace CurveRbd.Store;

/// <summary>
/// A name as its C caller gave it: any bytes but NUL, not necessarily UTF-8, compared byte by byte. Held as one char a byte
/// (Latin-1), so that ordinal string comparison is byte order.
/// </summary>
public readonly struct ByteName : IEquatable<ByteName>, IComparable<ByteName>
{
    private readonly string? _latin1;

    private ByteName(string latin1) => _latin1 = latin1;

    public static ByteName Empty => default;

    public bool IsEmpty => Latin1.Length == 0;

    /// <summary>Length in bytes, without a terminating NUL.</summary>
    public int Length => Latin1.Length;

    private string Latin1 => _latin1 ?? "";

    public static ByteName FromBytes(ReadOnlySpan<byte> bytes) => new(Encoding.Latin1.GetString(bytes));

    public static ByteName FromText(string text) => FromBytes(Encoding.UTF8.GetBytes(text));

    public static implicit operator ByteName(string text) => FromText(text);

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(Latin1);

    public int CopyTo(Span<byte> destination) => Encoding.Latin1.GetBytes(Latin1, destination);

    /// <summary>The name for people: its bytes read as UTF-8, invalid ones replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToBytes());

    /// <summary>
    /// The name as part of a record key or a file name: letters, digits, '.', '_' and '-' as they are (a leading '.' is not),
    /// every other byte as %XX. One to one, see <see cref="Decode"/>.
    /// </summary>
    public string Encode()
    {
        string name = Latin1;
        var encoded = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && encoded.Length > 0))
                encoded.Append(c);
            else
                encoded.Append('%').Append(((int)c).ToString("X2"));
        }

        return encoded.ToString();
    }

    /// <exception cref="FormatException"><paramref name="encoded"/> was not made by <see cref="Encode"/>.</exception>
    public static ByteName Decode(ReadOnlySpan<char> encoded)
    {
        var bytes = new byte[encoded.Length];
        int count = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes[count++] = checked((byte)encoded[i]);
                continue;
            }

            if (i + 2 >= encoded.Length)
                throw new FormatException($"'{encoded}' ends inside a %XX");
            bytes[count++] = Convert.FromHexString(encoded.Slice(i + 1, 2))[0];
            i += 2;
        }

        return FromBytes(bytes.AsSpan(0, count));
    }

    public bool Equals(ByteName other) => string.Equals(Latin1, other.Latin1, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is ByteName other && Equals(other);

    public override int GetHashCode() => string.GetHashCode(Latin1, StringComparison.Ordinal);

    public int CompareTo(ByteName other) => string.CompareOrdinal(Latin1, other.Latin1);

    public static bool operator ==(ByteName left, ByteName right) => left.Equals(right);

    public static bool operator !=(ByteName left, ByteName right) => !left.Equals(right);

    public static bool operator <(ByteName left, ByteName right) => left.CompareTo(right) < 0;

    public static bool operator >(ByteName left, ByteName right) => left.CompareTo(right) > 0;

    public static bool operator <=(ByteName left, ByteName right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ByteName left, ByteName right) => left.CompareTo(right) >= 0;
}
