using CsCheck;

namespace CurveRbd.Curve.Tests;

public class ChunkLayoutTests
{
    private const uint ChunkSize = 16 << 20;

    [Theory]
    [InlineData(1074049024UL, 131072UL, 64UL, 110592U, 20480U)]
    [InlineData(1074069504UL, 110592UL, 65UL, 65536U, 65536U)]
    [InlineData(1074135040UL, 45056UL, 66UL, 65536U, 45056U)]
    public void Locate_striped_range_gives_chunk_and_offset(ulong offset, ulong length, ulong chunk, uint inChunk, uint pieceLength)
    {
        var layout = new ChunkLayout(ChunkSize, StripeUnit: 64 * 1024, StripeCount: 4);

        ChunkPiece piece = layout.Locate(offset, length);

        Assert.Equal(new ChunkPiece(chunk, inChunk, pieceLength), piece);
    }

    [Fact]
    public void Locate_plain_range_gives_chunk_and_offset()
    {
        var layout = new ChunkLayout(ChunkSize, ChunkSize, 1);

        ChunkPiece piece = layout.Locate(1074049024, 131072);

        Assert.Equal(new ChunkPiece(64, 307200, 131072), piece);
    }

    [Fact]
    public void Locate_any_layout_puts_every_block_of_a_set_in_a_place_of_its_own()
    {
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 4]).Sample((unitShift, countShift) =>
        {
            uint chunkSize = 1 << 18;
            var layout = new ChunkLayout(chunkSize, 4096U << unitShift, 1U << countShift);
            ulong blocks = 2 * layout.SetSize / 4096;
            var places = new HashSet<(ulong, uint)>();

            for (ulong block = 0; block < blocks; block++)
            {
                ChunkPiece piece = layout.Locate(block * 4096, 4096);
                Assert.True(piece.Offset + piece.Length <= chunkSize && piece.ChunkIndex < 2 * layout.StripeCount);
                Assert.True(places.Add((piece.ChunkIndex, piece.Offset)));
            }
        }, iter: 35);
    }
}
