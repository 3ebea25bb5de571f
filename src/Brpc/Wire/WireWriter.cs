namespace CurveRbd.Brpc;

/// <summary>Writes protobuf fields into memory that is known to be large enough.</summary>
internal ref struct WireWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Written { get; private set; }

    public static int SizeOf(ulong value) => (70 - int.Min(63, System.Numerics.BitOperations.LeadingZeroCount(value))) / 7;

    public void Varint(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Raw(value);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Length(field, value.Length);
        value.CopyTo(_destination[Written..]);
        Written += value.Length;
    }

    /// <summary>The tag and length before a nested message that is written next.</summary>
    public void Length(int field, int length)
    {
        Tag(field, WireType.LengthDelimited);
        Raw((ulong)length);
    }

    private void Tag(int field, WireType type) => Raw(((ulong)field << 3) | (ulong)type);

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[Written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _destination[Written++] = (byte)value;
    }
}
