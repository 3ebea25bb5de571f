using System.Diagnostics;

namespace CurveRbd.Store;

/// <summary>
/// The bytes of one I/O request: one piece of memory or several in order (QEMU's iovecs), cut to a range without copying.
/// A value of a few words; slicing allocates nothing. The memory is lent: nobody touches it after the request has completed.
/// </summary>
public readonly struct IoVector
{
    private readonly Memory<byte> _single;
    private readonly IReadOnlyList<Memory<byte>>? _pieces;
    private readonly int _firstPiece;
    private readonly int _skip; // bytes of the first piece that lie before this vector

    public IoVector(Memory<byte> single)
    {
        _single = single;
        Length = single.Length;
    }

    /// <param name="pieces">Borrowed until the request has completed; empty pieces are allowed.</param>
    /// <param name="length">Sum of the lengths of <paramref name="pieces"/>, in bytes.</param>
    public IoVector(IReadOnlyList<Memory<byte>> pieces, int length)
        : this(pieces, 0, 0, length)
    {
    }

    private IoVector(IReadOnlyList<Memory<byte>> pieces, int firstPiece, int skip, int length)
    {
        _pieces = pieces;
        _firstPiece = firstPiece;
        _skip = skip;
        Length = length;
    }

    /// <summary>Total length in bytes.</summary>
    public int Length { get; }

    public static implicit operator IoVector(Memory<byte> single) => new(single);

    public static implicit operator IoVector(byte[] single) => new(single);

    /// <returns>true with the whole vector when it is one piece of memory.</returns>
    public bool TryGetSingle(out Memory<byte> memory)
    {
        if (_pieces is null)
        {
            memory = _single;
            return true;
        }

        if (Length == 0)
        {
            memory = default;
            return true;
        }

        Memory<byte> first = _pieces[_firstPiece];
        memory = first.Length - _skip >= Length ? first.Slice(_skip, Length) : default;
        return memory.Length == Length;
    }

    /// <summary>The pieces in order, empty ones left out.</summary>
    public PieceEnumerator GetEnumerator() => new(this);

    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the vector.</exception>
    public IoVector Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start);
        if (_pieces is null)
            return new IoVector(_single.Slice(start, length));

        int piece = _firstPiece;
        int skip = _skip + start;
        while (piece < _pieces.Count && skip >= _pieces[piece].Length)
            skip -= _pieces[piece++].Length;
        return new IoVector(_pieces, piece, skip, length);
    }

    public void CopyTo(Span<byte> destination)
    {
        foreach (Memory<byte> piece in this)
        {
            piece.Span.CopyTo(destination);
            destination = destination[piece.Length..];
        }
    }

    public void CopyFrom(ReadOnlySpan<byte> source)
    {
        Debug.Assert(source.Length <= Length);
        foreach (Memory<byte> piece in this)
        {
            int count = Math.Min(piece.Length, source.Length);
            source[..count].CopyTo(piece.Span);
            source = source[count..];
        }
    }

    public void Clear()
    {
        foreach (Memory<byte> piece in this)
            piece.Span.Clear();
    }

    /// <summary>Walks the pieces of a vector, cut to its range.</summary>
    public struct PieceEnumerator
    {
        private readonly IoVector _vector;
        private int _next;
        private int _left;

        internal PieceEnumerator(IoVector vector)
        {
            _vector = vector;
            _next = vector._firstPiece;
            _left = vector.Length;
            Current = default;
        }

        public Memory<byte> Current { get; private set; }

        public bool MoveNext()
        {
            while (_left > 0)
            {
                Current = Take();
                _left -= Current.Length;
                if (Current.Length > 0)
                    return true;
            }

            return false;
        }

        private Memory<byte> Take()
        {
            if (_vector._pieces is not { } pieces)
                return _vector._single;

            Memory<byte> piece = pieces[_next];
            if (_next == _vector._firstPiece)
                piece = piece[_vector._skip..];
            _next++;
            return piece.Length > _left ? piece[.._left] : piece;
        }
    }
}
