using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using Google.Protobuf;

namespace CurveRbd.Curve;

/// <summary>
/// A ReadChunk or WriteChunk. Reused, messages included, so that I/O allocates nothing. The size in the request is always the
/// length of the memory that travels with it: chunkservers trust a WriteChunk's size, and one that differs from its attachment
/// destroys the chunk on every replica.
/// </summary>
internal sealed class ChunkDataExchange : ChunkExchange, IThreadPoolWorkItem
{
    private const int KeptMax = 1024;

    private static readonly Stack<ChunkDataExchange> s_free = new();

    private readonly ChunkRequest _request = new();
    private readonly ChunkResponse _response = new();
    private ChunkClient _client = null!;
    private VolumeSession _session = null!;
    private IoVector _data;
    private bool _isWrite;

    private ChunkDataExchange()
    {
    }

    public override RpcMethod Method => _isWrite ? ChunkMethods.WriteChunk : ChunkMethods.ReadChunk;

    public override bool IsWrite => _isWrite;

    public VolumeTransfer Transfer { get; private set; } = null!;

    public ChunkPlace Place { get; private set; }

    /// <summary>The first try, while it is under way and when it has ended.</summary>
    public MadeTry? First { get; set; }

    public static ChunkDataExchange Rent(
        ChunkClient client, VolumeTransfer transfer, ChunkPlace place, ChunkPiece piece, IoVector data, bool isWrite, ulong originFileId)
    {
        ChunkDataExchange exchange = Rent();
        exchange._client = client;
        exchange._session = client.Session;
        exchange.Transfer = transfer;
        exchange.Place = place;
        exchange._data = data;
        exchange._isWrite = isWrite;
        exchange.Fill(piece.ChunkIndex, piece.Offset, originFileId);
        return exchange;
    }

    public void Return()
    {
        _client = null!;
        _session = null!;
        Transfer = null!;
        Place = default;
        First = null;
        _data = default;
        lock (s_free)
        {
            if (s_free.Count < KeptMax)
                s_free.Push(this);
        }
    }

    /// <summary>The call is over.</summary>
    void IThreadPoolWorkItem.Execute() => _client.Judge(this);

    /// <summary>A chunk that was never written.</summary>
    public void ReadZeros() => _data.Clear();

    public override void Write(RpcCall call)
    {
        _request.Size = (uint)_data.Length;
        if (_isWrite)
            StampWrite();
        else if (_session.Capabilities.ReadsByAppliedIndex && Place.Copyset.AppliedIndex is > 0 and ulong seen)
            _request.AppliedIndex = seen;
        _request.WriteTo(call.WriteMessage(_request.CalculateSize()));

        foreach (Memory<byte> piece in _data)
        {
            if (_isWrite)
                call.Attach(piece);
            else
                call.Lend(piece);
        }
    }

    public override ChunkAnswer Read(RpcCall call)
    {
        _response.ClearStatus();
        _response.ClearRedirect();
        _response.ClearAppliedIndex();
        try
        {
            _response.MergeFrom(call.Reply.Span);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} was answered with bytes that are no message", error);
        }

        if (!_response.HasStatus || _response.Status is < ChunkOpStatus.Success or > ChunkOpStatus.VersionOld)
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} was answered without a status that this client knows");
        if (!_isWrite && _response.Status == ChunkOpStatus.Success && call.ReplyAttachmentSize != _data.Length)
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{Method} of {_data.Length} bytes was answered with {call.ReplyAttachmentSize}");
        return new ChunkAnswer(_response.Status, _response.Redirect, _response.AppliedIndex);
    }

    /// <returns>false: the answer is none.</returns>
    public bool TryRead(RpcCall call, out ChunkAnswer answer)
    {
        try
        {
            answer = Read(call);
            return true;
        }
        catch (RpcException)
        {
            answer = default;
            return false;
        }
    }

    private static ChunkDataExchange Rent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out ChunkDataExchange? exchange))
                return exchange;
        }

        return new ChunkDataExchange();
    }

    /// <summary>What stays the same in all tries. A field that the release does not know, or that does not apply, stays absent.</summary>
    private void Fill(ulong chunkIndex, uint offset, ulong originFileId)
    {
        _request.OpType = _isWrite ? ChunkOpType.Write : ChunkOpType.Read;
        _request.LogicPoolId = Place.Copyset.LogicalPoolId;
        _request.CopysetId = Place.Copyset.Id;
        _request.ChunkId = Place.ChunkId;
        _request.Offset = offset;
        _request.ClearAppliedIndex();
        _request.ClearSn();
        _request.ClearFileId();
        _request.ClearEpoch();
        _request.Snaps.Clear();
        _request.ClearOriginfileId();
        _request.ClearChunkIndex();
        _request.ClearVersion();

        CurveCapabilities release = _session.Capabilities;
        if (release.HasLocalSnapshots || (_isWrite && release.HasEpochs))
            _request.FileId = _session.FileId;
        if (!release.HasLocalSnapshots)
            return;
        _request.ChunkIndex = chunkIndex;
        _request.Version = _session.Version;
        if (originFileId != 0)
            _request.OriginfileId = originFileId;
    }

    /// <summary>What a refreshed session changes between tries.</summary>
    private void StampWrite()
    {
        _request.Sn = _session.SeqNum;
        if (_session.Capabilities.HasEpochs && _session.Epoch != 0)
            _request.Epoch = _session.Epoch;
        if (!_session.Capabilities.HasLocalSnapshots)
            return;
        _request.Snaps.Clear();
        IReadOnlyList<ulong> snaps = _session.Snaps;
        for (int i = 0; i < snaps.Count; i++)
            _request.Snaps.Add(snaps[i]);
    }
}
