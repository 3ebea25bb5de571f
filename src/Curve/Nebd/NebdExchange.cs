using CurveRbd.Brpc;
using CurveRbd.Curve.Messages.Nebd;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Curve;

/// <summary>A Read or Write. Reused, messages included, so that I/O allocates nothing. Its size is always that of the memory that travels with it.</summary>
internal sealed class NebdExchange : IRpcPatience, IThreadPoolWorkItem
{
    private const int KeptMax = 1024;

    private static readonly Stack<NebdExchange> s_free = new();
    private static long s_lastNumber;

    private readonly ReadRequest _read = new();
    private readonly WriteRequest _write = new();
    private readonly ReadResponse _readReply = new();
    private readonly WriteResponse _writeReply = new();
    private NebdIo _io = null!;
    private IoVector _data;

    private NebdExchange()
    {
    }

    /// <summary>Tells this use from every other.</summary>
    public long Number { get; private set; }

    public ulong Offset { get; private set; }

    public bool IsWrite { get; private set; }

    /// <summary>How often the server has said no.</summary>
    public int Refusals { get; set; }

    public int Length => _data.Length;

    /// <summary>Timestamp of the first try.</summary>
    public long Start { get; private set; }

    public RpcMethod Method => IsWrite ? NebdMethods.Write : NebdMethods.Read;

    public VolumeTransfer Transfer { get; private set; } = null!;

    /// <summary>The first try, while it is under way and when it has ended; null = none was made.</summary>
    public RpcCall? First { get; set; }

    /// <summary>Where the first try went.</summary>
    public NebdHandle FirstHandle { get; set; }

    public static NebdExchange Rent(NebdIo io, VolumeTransfer transfer, ulong offset, IoVector data, bool isWrite, long start)
    {
        NebdExchange exchange = Rent();
        exchange.Number = Interlocked.Increment(ref s_lastNumber);
        exchange._io = io;
        exchange.Transfer = transfer;
        exchange._data = data;
        exchange.Offset = offset;
        exchange.IsWrite = isWrite;
        exchange.Start = start;
        exchange.Refusals = 0;
        return exchange;
    }

    public void Return()
    {
        _io = null!;
        Transfer = null!;
        First = null;
        FirstHandle = default;
        _data = default;
        lock (s_free)
        {
            if (s_free.Count < KeptMax)
                s_free.Push(this);
        }
    }

    /// <summary>The first try is over.</summary>
    void IThreadPoolWorkItem.Execute() => _io.Judge(this);

    public bool MayWait(RpcCall call) => _io.MayWait(this);

    public void Write(RpcCall call, NebdHandle handle)
    {
        call.RequiredConnectionId = handle.ConnectionId;
        call.Patience = this;
        if (IsWrite)
            WriteWrite(call, handle.Fd);
        else
            WriteRead(call, handle.Fd);
    }

    /// <returns>false: refused, nobody knows why.</returns>
    /// <exception cref="RpcException">ERESPONSE: the answer is none.</exception>
    public bool Read(RpcCall call)
    {
        RetCode code = IsWrite ? ReadWriteReply(call) : ReadReadReply(call);
        if (code is not (RetCode.KOk or RetCode.KNoOk))
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} was answered with the code {(int)code}, which this client does not know");
        if (code == RetCode.KOk && !IsWrite && call.ReplyAttachmentSize != _data.Length)
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} of {_data.Length} bytes was answered with {call.ReplyAttachmentSize}");
        return code == RetCode.KOk;
    }

    /// <returns>false: it was refused, or the answer is none.</returns>
    public bool TryRead(RpcCall call)
    {
        try
        {
            return Read(call);
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static NebdExchange Rent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out NebdExchange? exchange))
                return exchange;
        }

        return new NebdExchange();
    }

    private void WriteRead(RpcCall call, int fd)
    {
        (_read.Fd, _read.Offset, _read.Size) = (fd, Offset, (ulong)_data.Length);
        _read.WriteTo(call.WriteMessage(_read.CalculateSize()));
        foreach (Memory<byte> piece in _data)
            call.Lend(piece);
    }

    private void WriteWrite(RpcCall call, int fd)
    {
        (_write.Fd, _write.Offset, _write.Size) = (fd, Offset, (ulong)_data.Length);
        _write.WriteTo(call.WriteMessage(_write.CalculateSize()));
        foreach (Memory<byte> piece in _data)
            call.Attach(piece);
    }

    private RetCode ReadReadReply(RpcCall call)
    {
        _readReply.ClearRetCode();
        Merge(_readReply, call);
        return _readReply.HasRetCode ? _readReply.RetCode : throw NoCode();
    }

    private RetCode ReadWriteReply(RpcCall call)
    {
        _writeReply.ClearRetCode();
        Merge(_writeReply, call);
        return _writeReply.HasRetCode ? _writeReply.RetCode : throw NoCode();
    }

    private void Merge(IMessage reply, RpcCall call)
    {
        try
        {
            reply.MergeFrom(call.Reply.Span);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} was answered with bytes that are no message", error);
        }
    }

    private RpcException NoCode() => new(RpcErrorCode.ERESPONSE, $"{Method} was answered without a code");
}
