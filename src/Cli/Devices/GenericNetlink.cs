using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>
/// Calls of one of the kernel's generic netlink families. A message is: length (4), type (2), flags (2), sequence (4), port (4); command
/// (1), version (1), reserved (2); attributes.
/// </summary>
internal sealed class GenericNetlink : IDisposable
{
    private const int Protocol = 16; // NETLINK_GENERIC
    private const int MessageHeaderSize = 16;
    private const int HeaderSize = MessageHeaderSize + 4;

    private const ushort TypeError = 2;
    private const ushort TypeController = 16;
    private const ushort FlagsRequestAndAcknowledge = 1 | 4;

    private const byte CommandGetFamily = 3;
    private const ushort AttributeFamilyId = 1;
    private const ushort AttributeFamilyName = 2;

    private readonly int _socket;
    private readonly ushort _family;
    private uint _sequence;

    private GenericNetlink(int socket, string family)
    {
        _socket = socket;
        byte[] found = Call(TypeController, CommandGetFamily, new NetlinkAttributes().Text(AttributeFamilyName, family));
        _family = MemoryMarshal.Read<ushort>(NetlinkAttributes.Find(found, AttributeFamilyId));
    }

    /// <exception cref="StorageException">ENOENT: the kernel has no such family; its module may not be loaded.</exception>
    public static GenericNetlink Open(string family)
    {
        int socket = Libc.Socket(Libc.AddressFamilyNetlink, Libc.RawSocket | Libc.CloseOnExec, Protocol);
        if (socket < 0)
            throw Libc.LastError("netlink");
        try
        {
            return new GenericNetlink(socket, family);
        }
        catch
        {
            _ = Libc.Close(socket);
            throw;
        }
    }

    /// <returns>The attributes of the answer; empty when it is a mere acknowledgement.</returns>
    /// <exception cref="StorageException">What the kernel refuses it with.</exception>
    public byte[] Call(byte command, NetlinkAttributes attributes) => Call(_family, command, attributes);

    public void Dispose() => _ = Libc.Close(_socket);

    private byte[] Call(ushort type, byte command, NetlinkAttributes attributes)
    {
        byte[] message = NewMessage(type, command, attributes.Written);
        if (Libc.Write(_socket, in message[0], message.Length) != message.Length)
            throw Libc.LastError("netlink send");
        byte[] answer = [];
        var buffer = new byte[32 << 10];
        while (true)
        {
            int length = (int)Libc.Read(_socket, ref buffer[0], buffer.Length);
            if (length < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
                throw Libc.LastError("netlink receive");
            for (Span<byte> rest = buffer.AsSpan(0, Math.Max(length, 0)); rest.Length >= MessageHeaderSize;)
            {
                int size = Math.Clamp(MemoryMarshal.Read<int>(rest), MessageHeaderSize, rest.Length);
                ushort received = MemoryMarshal.Read<ushort>(rest[4..]);
                if (received == TypeError)
                {
                    ThrowUnlessDone(rest);
                    return answer;
                }

                if (received == type && size >= HeaderSize)
                    answer = rest[HeaderSize..size].ToArray();
                rest = rest[Math.Min(NetlinkAttributes.Aligned(size), rest.Length)..];
            }
        }
    }

    private byte[] NewMessage(ushort type, byte command, ReadOnlySpan<byte> attributes)
    {
        var message = new byte[HeaderSize + attributes.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), FlagsRequestAndAcknowledge);
        MemoryMarshal.Write(message.AsSpan(8), ++_sequence);
        message[MessageHeaderSize] = command;
        message[MessageHeaderSize + 1] = 1;
        attributes.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }

    // Error 0 is the acknowledgement.
    private static void ThrowUnlessDone(ReadOnlySpan<byte> message)
    {
        int error = message.Length >= HeaderSize ? MemoryMarshal.Read<int>(message[MessageHeaderSize..]) : -(int)Errno.EIO;
        if (error != 0)
            throw new StorageException((Errno)(-error), $"the kernel refuses it: {Marshal.GetPInvokeErrorMessage(-error)}");
    }
}
