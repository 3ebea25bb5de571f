using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DiffReaderTests
{
    private const int NameLengthMax = 4096;

    [Fact]
    public async Task ReadHeaderAsync_version_1_gives_names_and_size()
    {
        DiffReader reader = Read(DiffBytes.V1.From("a").To("b").Size(77).End());

        DiffHeader header = await reader.ReadHeaderAsync();

        Assert.Equal(new DiffHeader("a", "b", null, 77), header);
        Assert.True((await reader.ReadRecordAsync()).IsEnd);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)] // what Ceph 16 says before its one byte
    public async Task ReadHeaderAsync_version_2_gives_the_protection(ulong length)
    {
        DiffReader reader = Read(DiffBytes.V2.To("b").Protected(1, length).Size(77).End(), DiffFormat.V2);

        DiffHeader header = await reader.ReadHeaderAsync();

        Assert.Equal(new DiffHeader(null, "b", true, 77), header);
    }

    [Fact]
    public async Task ReadHeaderAsync_metadata_in_any_order_gives_the_same()
    {
        DiffReader reader = Read(DiffBytes.V1.Size(77).To("b").From("a").End());

        DiffHeader header = await reader.ReadHeaderAsync();

        Assert.Equal(new DiffHeader("a", "b", null, 77), header);
    }

    [Fact]
    public async Task ReadHeaderAsync_unknown_record_of_version_2_is_skipped()
    {
        DiffReader reader = Read(DiffBytes.V2.Tag('?', 3).Raw(1, 2, 3).Size(77).End(), DiffFormat.V2);

        DiffHeader header = await reader.ReadHeaderAsync();

        Assert.Equal(77ul, header.Size);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadRecordAsync_gives_ranges_and_skips_data_that_was_not_read(bool canSeek)
    {
        byte[] bytes = DiffBytes.V1.Size(77).Data(5, 1, 2, 3).Zero(20, 10).Data(40, 4, 5).End();
        DiffReader reader = Read(bytes, canSeek: canSeek);
        await reader.ReadHeaderAsync();
        var data = new byte[2];

        DiffRecord first = await reader.ReadRecordAsync();
        DiffRecord second = await reader.ReadRecordAsync();
        DiffRecord third = await reader.ReadRecordAsync();
        await reader.ReadDataAsync(data);
        DiffRecord last = await reader.ReadRecordAsync();

        Assert.Equal(
            [new(DiffTag.Data, 5, 3), new(DiffTag.Zero, 20, 10), new(DiffTag.Data, 40, 2), new(DiffTag.End, 0, 0)],
            (DiffRecord[])[first, second, third, last]);
        Assert.Equal([4, 5], data);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task VerifyAsync_every_prefix_is_refused_as_truncated(bool isV2, bool canSeek)
    {
        DiffBytes start = isV2 ? DiffBytes.V2.To("b").Protected(0) : DiffBytes.V1.From("a").To("b");
        byte[] whole = start.Size(77).Data(5, 1, 2, 3).Zero(20, 10).End();
        DiffFormat format = isV2 ? DiffFormat.V2 : DiffFormat.V1;
        await Read(whole, format, canSeek).VerifyAsync();

        for (int length = 0; length < whole.Length; length++)
        {
            ImageStreamException error =
                await Assert.ThrowsAsync<ImageStreamException>(Read(whole[..length], format, canSeek).VerifyAsync);

            Assert.Equal(Errno.EBADMSG, error.Errno);
            Assert.EndsWith($"the stream ends at byte {length}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task VerifyAsync_random_bytes_flipped_never_read_on_for_ever_nor_allocate_by_a_length()
    {
        byte[] whole = DiffBytes.V2.To("b").Protected(0).Size(77).Data(5, 1, 2, 3).Zero(20, 10).End();
        var random = new Random(4);
        for (int i = 0; i < 5000; i++)
        {
            byte[] broken = [.. whole];
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                await Read(broken, DiffFormat.V2, canSeek: i % 2 == 0).VerifyAsync();
            }
            catch (ImageStreamException error)
            {
                Assert.Contains(error.Errno, (Errno[])[Errno.EBADMSG, Errno.EINVAL]);
            }
        }
    }

    public static TheoryData<string, byte[], Errno, string> Absurd => new()
    {
        { "other banner", DiffBytes.V2.Size(1).End(), Errno.EINVAL, "invalid or unexpected diff banner" },
        { "unknown tag", DiffBytes.V1.Raw(0).Size(1).End(), Errno.EBADMSG, "failed to decode tag" },
        { "protection", DiffBytes.V1.Tag('p', 1).Raw(1).End(), Errno.EBADMSG, "failed to decode tag" },
        { "long name", DiffBytes.V1.Tag('f', 0).U32(NameLengthMax + 1).End(), Errno.EINVAL, "failed to decode start snap name" },
        { "huge name", DiffBytes.V1.Tag('t', 0).U32(uint.MaxValue).End(), Errno.EINVAL, "failed to decode end snap name" },
        { "two names", DiffBytes.V1.From("a").From("a").End(), Errno.EBADMSG, "failed to decode start snap name" },
        { "two sizes", DiffBytes.V1.Size(1).Size(1).End(), Errno.EBADMSG, "failed to decode image size" },
        { "late size", DiffBytes.V1.Zero(0, 1).Size(1).End(), Errno.EBADMSG, "failed to decode tag" },
        { "wraps", DiffBytes.V1.Zero(2, ulong.MaxValue).End(), Errno.EBADMSG, "failed to decode IO length" },
        { "huge data", DiffBytes.V1.Tag('w', 0).U64(0).U64(1ul << 62).End(), Errno.EBADMSG, "failed to decode write data" },
        { "past the end", DiffBytes.V1.Size(10).Zero(9, 2).End(), Errno.EINVAL, "failed to decode IO length" },
    };

    [Theory]
    [MemberData(nameof(Absurd))]
    public Task VerifyAsync_absurd_version_1_is_refused(string what, byte[] bytes, Errno errno, string summary)
    {
        Assert.NotEmpty(what);
        return RefusedStream.WithAsync(errno, summary, Read(bytes).VerifyAsync);
    }

    public static TheoryData<string, byte[], string> Contradictory => new()
    {
        { "name", DiffBytes.V2.Tag('t', 6).U32(1).Text("a").End(), "failed to decode end snap name" },
        { "size", DiffBytes.V2.Tag('s', 9).U64(1).End(), "failed to decode image size" },
        { "protection", DiffBytes.V2.Protected(1, length: 2).End(), "failed to decode snap protection status" },
        { "data", DiffBytes.V2.Tag('w', 16).U64(0).U64(1).Raw(1).End(), "failed to decode IO length" },
        { "zero", DiffBytes.V2.Tag('z', 17).U64(0).U64(1).End(), "failed to decode IO length" },
        { "unknown", DiffBytes.V2.Tag('?', ulong.MaxValue).End(), "failed to decode skipped tag data" },
    };

    [Theory]
    [MemberData(nameof(Contradictory))]
    public Task VerifyAsync_lengths_that_contradict_each_other_are_refused(string what, byte[] bytes, string summary)
    {
        Assert.NotEmpty(what);
        return RefusedStream.WithAsync(Errno.EBADMSG, summary, Read(bytes, DiffFormat.V2).VerifyAsync);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteHeaderAsync_and_the_rest_write_what_the_format_says(bool isV2)
    {
        using var output = new MemoryStream();
        var writer = new DiffWriter(new StreamOutput(output, CancellationToken.None), isV2 ? DiffFormat.V2 : DiffFormat.V1);

        await writer.WriteHeaderAsync(new DiffHeader("a", "b", true, 77));
        await writer.WriteDataAsync(5, new byte[] { 1, 2 });
        await writer.WriteZeroAsync(20, 10);
        await writer.WriteEndAsync();

        DiffBytes expected = isV2 ? DiffBytes.V2.From("a").To("b").Protected(1) : DiffBytes.V1.From("a").To("b");
        Assert.Equal(expected.Size(77).Data(5, 1, 2).Zero(20, 10).End(), output.ToArray());
    }

    private static DiffReader Read(byte[] bytes, DiffFormat format = DiffFormat.V1, bool canSeek = false) =>
        new(new StreamInput(canSeek ? new MemoryStream(bytes) : new ForwardStream(bytes), CancellationToken.None), format);
}
