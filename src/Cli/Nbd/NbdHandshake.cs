using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CurveRbd.Cli.Nbd;

/// <summary>The "fixed newstyle" negotiation that precedes the requests of a client which is not the kernel.</summary>
internal sealed class NbdHandshake(Socket socket, NbdInput input, NbdExport export)
{
    private const ulong InitMagic = 0x4e42444d41474943; // "NBDMAGIC"
    private const ulong OptionMagic = 0x49484156454F5054; // "IHAVEOPT"
    private const ulong ReplyMagic = 0x3e889045565a9;

    private const ushort FixedNewstyle = 1;
    private const ushort NoZeroes = 2;

    private const uint RepAck = 1;
    private const uint RepServer = 2;
    private const uint RepInfo = 3;
    private const uint RepErrUnsupported = 0x80000001;
    private const uint RepErrInvalid = 0x80000003;
    private const uint RepErrUnknown = 0x80000006;

    private const ushort InfoExport = 0;
    private const ushort InfoBlockSize = 3;

    // Names have up to 4096 bytes; a longer option is none of those we know.
    private const int OptionLengthMax = 16 << 10;

    private readonly byte[] _numbers = new byte[16];
    private bool _sendsZeroes = true;

    /// <returns>true: requests follow. false: the client has gone, gave up or does not speak the protocol.</returns>
    public async Task<bool> RunAsync()
    {
        await SendAsync(writer => writer.U64(InitMagic).U64(OptionMagic).U16(FixedNewstyle | NoZeroes)).ConfigureAwait(false);
        if (await ReadU32Async().ConfigureAwait(false) is not { } flags || (flags & ~(uint)(FixedNewstyle | NoZeroes)) != 0)
            return false;
        _sendsZeroes = (flags & NoZeroes) == 0;
        while (true)
        {
            if (await ReadOptionAsync().ConfigureAwait(false) is not ({ } option, { } data))
                return false;
            if (await AnswerAsync(option, data).ConfigureAwait(false) is { } end)
                return end;
        }
    }

    private async Task<(NbdOption Option, byte[] Data)?> ReadOptionAsync()
    {
        if (!await input.TryReadAsync(_numbers).ConfigureAwait(false) || BinaryPrimitives.ReadUInt64BigEndian(_numbers) != OptionMagic)
            return null;
        var option = (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(_numbers.AsSpan(8));
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_numbers.AsSpan(12));
        if (length > OptionLengthMax)
            return null;
        var data = new byte[length];
        return await input.TryReadAsync(data).ConfigureAwait(false) ? (option, data) : null;
    }

    /// <returns>null: another option follows. Else whether requests do.</returns>
    private async Task<bool?> AnswerAsync(NbdOption option, byte[] data)
    {
        switch (option)
        {
            case NbdOption.ExportName:
                return await BeginOldAsync(data).ConfigureAwait(false);
            case NbdOption.Abort:
                await ReplyAsync(option, RepAck).ConfigureAwait(false);
                return false;
            case NbdOption.List when data.Length == 0:
                await ReplyAsync(option, RepServer, writer => writer.Text(export.Name)).ConfigureAwait(false);
                await ReplyAsync(option, RepAck).ConfigureAwait(false);
                return null;
            case NbdOption.Info or NbdOption.Go:
                return await DescribeAsync(option, data).ConfigureAwait(false) && option == NbdOption.Go ? true : null;
            default:
                await ReplyAsync(option, option == NbdOption.List ? RepErrInvalid : RepErrUnsupported).ConfigureAwait(false);
                return null;
        }
    }

    // This option has no reply for errors: an unknown name ends the connection.
    private async Task<bool> BeginOldAsync(byte[] name)
    {
        if (!IsName(name))
            return false;
        await SendAsync(writer =>
        {
            writer.U64(export.Size).U16((ushort)export.Flags);
            if (_sendsZeroes)
                writer.Zeroes(124);
        }).ConfigureAwait(false);
        return true;
    }

    /// <returns>false: refused.</returns>
    private async Task<bool> DescribeAsync(NbdOption option, byte[] data)
    {
        if (!TryReadName(data, out byte[] name))
        {
            await ReplyAsync(option, RepErrInvalid).ConfigureAwait(false);
            return false;
        }

        if (!IsName(name))
        {
            await ReplyAsync(option, RepErrUnknown, writer => writer.Bytes(Encoding.UTF8.GetBytes($"the only export here is {export.Name}"))).ConfigureAwait(false);
            return false;
        }

        await ReplyAsync(option, RepInfo, writer => writer.U16(InfoExport).U64(export.Size).U16((ushort)export.Flags)).ConfigureAwait(false);
        await ReplyAsync(option, RepInfo, writer => writer.U16(InfoBlockSize).U32(1).U32(4096).U32(NbdRequest.PayloadMax)).ConfigureAwait(false);
        await ReplyAsync(option, RepAck).ConfigureAwait(false);
        return true;
    }

    // Name's length (4), name, number of wishes for information (2), wishes (2 each). We tell all that we know, whatever is wished for.
    private static bool TryReadName(byte[] data, out byte[] name)
    {
        name = [];
        if (data.Length < 6)
            return false;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (length > data.Length - 6)
            return false;
        int wishes = BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(4 + (int)length));
        name = data[4..(4 + (int)length)];
        return data.Length == 6 + (int)length + (2 * wishes);
    }

    private bool IsName(byte[] name) => name.Length == 0 || name.AsSpan().SequenceEqual(NativeText.Encode(export.Name));

    private Task ReplyAsync(NbdOption option, uint type) => ReplyAsync(option, type, _ => { });

    private Task ReplyAsync(NbdOption option, uint type, Action<BigEndianWriter> write)
    {
        var content = new BigEndianWriter();
        write(content);
        return SendAsync(writer => writer.U64(ReplyMagic).U32((uint)option).U32(type).U32((uint)content.Written.Length).Bytes(content.Written.Span));
    }

    private async Task SendAsync(Action<BigEndianWriter> write)
    {
        var writer = new BigEndianWriter();
        write(writer);
        for (ReadOnlyMemory<byte> rest = writer.Written; !rest.IsEmpty;)
            rest = rest[await socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
    }

    private async Task<uint?> ReadU32Async() =>
        await input.TryReadAsync(_numbers.AsMemory(0, 4)).ConfigureAwait(false) ? BinaryPrimitives.ReadUInt32BigEndian(_numbers) : null;
}
