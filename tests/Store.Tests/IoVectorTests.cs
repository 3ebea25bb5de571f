namespace CurveRbd.Store.Tests;

public class IoVectorTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 10).Select(i => (byte)i)];

    public static TheoryData<int, int> Ranges()
    {
        var ranges = new TheoryData<int, int>();
        for (int start = 0; start <= 10; start++)
        {
            for (int length = 0; length <= 10 - start; length++)
                ranges.Add(start, length);
        }

        return ranges;
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Slice_of_pieces_is_the_slice_of_their_bytes(int start, int length)
    {
        byte[] copied = new byte[length];

        Pieces().Slice(start, length).CopyTo(copied);

        Assert.Equal(s_bytes.AsSpan(start, length).ToArray(), copied);
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void TryGetSingle_tells_one_piece_from_several(int start, int length)
    {
        IoVector slice = Pieces().Slice(start, length);

        bool isSingle = slice.TryGetSingle(out Memory<byte> single);

        Assert.True(!isSingle || single.Span.SequenceEqual(s_bytes.AsSpan(start, length)));
        Assert.True(isSingle || Count(slice) > 1);
    }

    [Fact]
    public void Slice_outside_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Pieces().Slice(5, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pieces().Slice(-1, 1));
    }

    [Fact]
    public void CopyFrom_fills_the_pieces_in_order()
    {
        byte[] first = new byte[3], second = new byte[4];

        new IoVector([first, second], 7).CopyFrom(s_bytes.AsSpan(0, 7));

        Assert.Equal(s_bytes[..3], first);
        Assert.Equal(s_bytes[3..7], second);
    }

    // 3 + 0 + 1 + 6 bytes
    private static IoVector Pieces()
    {
        byte[] copy = [.. s_bytes];
        return new IoVector([copy.AsMemory(0, 3), Memory<byte>.Empty, copy.AsMemory(3, 1), copy.AsMemory(4)], 10);
    }

    private static int Count(IoVector vector)
    {
        int count = 0;
        foreach (Memory<byte> _ in vector)
            count++;
        return count;
    }
}
