using System.Buffers.Binary;

namespace CurveRbd.Cli.Nbd;

/// <summary>
/// The 28 bytes before every request: magic (4), flags (2), command (2), handle (8), offset (8), length (4), all big endian.
/// </summary>
/// <param name="Handle">The client's; the reply repeats it.</param>
internal readonly record struct NbdRequest(ushort Flags, NbdCommand Command, ulong Handle, ulong Offset, uint Length)
{
    public const int Size = 28;

    /// <summary>The longest read or write that is served, and what the handshake tells clients. Linux and QEMU send no longer ones.</summary>
    public const int PayloadMax = 32 << 20;

    private const uint Magic = 0x25609513;
    private const ushort FlagFua = 1;
    private const ushort FlagNoHole = 2;

    /// <summary>The reply waits until the change survives a crash of the machine.</summary>
    public bool IsFua => (Flags & FlagFua) != 0;

    /// <summary>Zeros are to stay allocated.</summary>
    public bool IsNoHole => (Flags & FlagNoHole) != 0;

    /// <summary>Bytes that follow the request, or its reply.</summary>
    public int PayloadLength => Command is NbdCommand.Read or NbdCommand.Write && Length <= PayloadMax ? (int)Length : 0;

    /// <summary>A write that is too long to be taken: its bytes would be read as requests.</summary>
    public bool BreaksTheStream => Command == NbdCommand.Write && Length > PayloadMax;

    /// <returns>false: the bytes are no request.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out NbdRequest request)
    {
        request = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
            return false;
        request = new NbdRequest(
            BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        return true;
    }
}
