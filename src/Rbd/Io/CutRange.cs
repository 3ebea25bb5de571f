using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// A range whose first or last block is only partly the caller's. Those blocks go through the request's own room; what lies between
/// them is the caller's memory, so that nothing else is copied.
/// </summary>
internal readonly struct CutRange
{
    private readonly IoVector _caller;
    private readonly int _headSkip;   // bytes of the first block before the range
    private readonly int _headLength; // bytes of the range in the head block; 0 if the range begins with a whole block
    private readonly int _tailLength; // bytes of the range in the tail block; 0 if it ends with a whole block
    private readonly Memory<byte> _edges;
    private readonly int _blockSize;

    public CutRange(IoRequest request, ulong offset, IoVector caller, int blockSize)
    {
        ulong mask = (ulong)blockSize - 1;
        _caller = caller;
        _blockSize = blockSize;
        _edges = request.Edges(blockSize);
        _headSkip = (int)(offset & mask);
        bool startsInside = _headSkip != 0;
        int firstBlockRest = blockSize - _headSkip;
        bool isInOneBlock = caller.Length <= firstBlockRest && (startsInside || caller.Length < blockSize);
        _headLength = isInOneBlock ? caller.Length : startsInside ? firstBlockRest : 0;
        _tailLength = isInOneBlock ? 0 : (int)((offset + (ulong)caller.Length) & mask);
        Start = offset & ~mask;
        TailStart = (offset + (ulong)caller.Length) & ~mask;
        Blocks = Assemble(request.Pieces);
    }

    /// <summary>Of the first block, in bytes.</summary>
    public ulong Start { get; }

    public ulong TailStart { get; }

    /// <summary>All blocks of the range.</summary>
    public IoVector Blocks { get; }

    public bool HasHead => _headLength > 0;

    public bool HasTail => _tailLength > 0;

    public Memory<byte> HeadBlock => _edges[.._blockSize];

    public Memory<byte> TailBlock => _edges[_blockSize..];

    public void CopyEdgesToCaller()
    {
        _caller.Slice(0, _headLength).CopyFrom(HeadBlock.Span.Slice(_headSkip, _headLength));
        _caller.Slice(_caller.Length - _tailLength, _tailLength).CopyFrom(TailBlock.Span[.._tailLength]);
    }

    public void CopyEdgesFromCaller()
    {
        _caller.Slice(0, _headLength).CopyTo(HeadBlock.Span.Slice(_headSkip, _headLength));
        _caller.Slice(_caller.Length - _tailLength, _tailLength).CopyTo(TailBlock.Span[.._tailLength]);
    }

    private IoVector Assemble(List<Memory<byte>> pieces)
    {
        pieces.Clear();
        int middle = _caller.Length - _headLength - _tailLength;
        int length = middle;
        if (HasHead)
        {
            pieces.Add(HeadBlock);
            length += _blockSize;
        }

        foreach (Memory<byte> piece in _caller.Slice(_headLength, middle))
            pieces.Add(piece);
        if (HasTail)
        {
            pieces.Add(TailBlock);
            length += _blockSize;
        }

        return new IoVector(pieces, length);
    }
}
