namespace CurveRbd.Brpc;

/// <summary>Reads protobuf fields from a whole message. Every length is checked before it is used.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int VarintSizeMax = 10;

    private ReadOnlySpan<byte> _left = bytes;

    public int Field { get; private set; }

    public WireType Type { get; private set; }

    /// <returns>false at the end of the message.</returns>
    public bool Next()
    {
        if (_left.IsEmpty)
            return false;

        ulong tag = ReadVarint();
        if (tag > uint.MaxValue || tag >> 3 == 0)
            throw new ProtocolException($"{tag} is not a field tag");
        Field = (int)(tag >> 3);
        Type = (WireType)(tag & 7);
        return true;
    }

    public ulong Varint()
    {
        Demand(WireType.Varint);
        return ReadVarint();
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Demand(WireType.LengthDelimited);
        ulong length = ReadVarint();
        if (length > (ulong)_left.Length)
            throw new ProtocolException($"field {Field} says {length} bytes but {_left.Length} are left");
        return Take((int)length);
    }

    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.LengthDelimited:
                Bytes();
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw new ProtocolException($"field {Field} has wire type {(int)Type}, which no message here uses");
        }
    }

    private readonly void Demand(WireType type)
    {
        if (Type != type)
            throw new ProtocolException($"field {Field} has wire type {(int)Type}, expected {(int)type}");
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < VarintSizeMax; i++)
        {
            if (i == _left.Length)
                throw new ProtocolException("the message ends inside a number");
            byte next = _left[i];
            if (i == VarintSizeMax - 1 && next > 1)
                throw new ProtocolException("a number has more than 64 bits");
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next >= 0x80)
                continue;

            _left = _left[(i + 1)..];
            return value;
        }

        throw new ProtocolException($"a number has more than {VarintSizeMax} bytes");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _left.Length)
            throw new ProtocolException($"field {Field} needs {length} bytes but {_left.Length} are left");
        ReadOnlySpan<byte> taken = _left[..length];
        _left = _left[length..];
        return taken;
    }
}
