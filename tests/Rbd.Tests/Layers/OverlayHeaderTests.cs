using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class OverlayHeaderTests
{
    private static readonly VolumePath s_volume = new("pool", "layer", "owner");

    [Fact]
    public void Write_known_header_gives_the_bytes_of_the_format_document()
    {
        var header = new OverlayHeader(64UL << 30, new Guid("00112233-4455-6677-8899-aabbccddeeff"));

        byte[] block = Write(header);

        Assert.Equal(
            "435242444F564C590100000000000100" + "00000000100000000010000000000000" + "0000410000000000" + "00112233445566778899AABBCCDDEEFF",
            Convert.ToHexString(block.AsSpan(0, 56)));
        Assert.Equal("3B06FFFD", Convert.ToHexString(block.AsSpan(4092)));
    }

    [Theory]
    [InlineData(1, 64UL << 30)]
    [InlineData(100UL << 30, 400UL << 30)]
    [InlineData((100UL << 30) + 1, (400UL << 30) + (64UL << 20))]
    [InlineData(32UL << 40, 64UL << 40)]
    public void For_image_size_leaves_room_to_grow(ulong imageSize, ulong capacity)
    {
        OverlayHeader header = OverlayHeader.For(imageSize, Guid.Empty);

        Assert.Equal(capacity, header.Capacity);
        Assert.Equal(header, OverlayHeader.Read(Write(header), s_volume));
    }

    [Fact]
    public void For_image_beyond_the_format_throws_EFBIG()
    {
        var error = Assert.Throws<StorageException>(() => OverlayHeader.For((64UL << 40) + 1, Guid.Empty));

        Assert.Equal(Errno.EFBIG, error.Errno);
    }

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(8, "version 254")]
    [InlineData(16, "checksum")]
    [InlineData(100, "checksum")]
    [InlineData(4095, "checksum")]
    public void Read_changed_byte_throws_EIO_that_says_what_is_wrong(int at, string reason)
    {
        byte[] block = Write(OverlayHeader.For(1, Guid.Empty));
        block[at] ^= 0xff;

        var error = Assert.Throws<StorageException>(() => OverlayHeader.Read(block, s_volume));

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("/pool/layer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData((64UL << 30) + 1)]
    [InlineData(65UL << 40)]
    public void Read_capacity_that_makes_no_sense_throws_EIO(ulong capacity)
    {
        byte[] block = Write(new OverlayHeader(capacity, Guid.Empty));

        var error = Assert.Throws<StorageException>(() => OverlayHeader.Read(block, s_volume));

        Assert.Contains("capacity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_random_bytes_never_fails_in_another_way_than_EIO()
    {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] block = Write(OverlayHeader.For((ulong)random.NextInt64(1L << 45), Guid.Empty));
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                block[random.Next(2) == 0 ? random.Next(64) : random.Next(block.Length)] ^= (byte)random.Next(1, 256);

            StorageException? error = ReadOrFail(block);

            Assert.True(error is null || error.Errno == Errno.EIO);
        }
    }

    private static StorageException? ReadOrFail(byte[] block)
    {
        try
        {
            OverlayHeader.Read(block, s_volume);
            return null;
        }
        catch (StorageException error)
        {
            return error;
        }
    }

    private static byte[] Write(OverlayHeader header)
    {
        var block = new byte[OverlayHeader.Size];
        header.Write(block);
        return block;
    }
}
