using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DiffMergeTests
{
    [Fact]
    public async Task RunAsync_ranges_of_the_second_count()
    {
        byte[] first = DiffBytes.V1.From("a").To("b").Size(100).Data(0, 1, 1, 1, 1).Zero(50, 10).Data(90, 1).End();
        byte[] second = DiffBytes.V1.From("b").To("c").Size(100).Data(2, 2).Zero(55, 1).Data(70, 2, 2).End();

        byte[] merged = await MergeAsync(first, second);

        Assert.Equal(
            DiffBytes.V1.From("a").To("c").Size(100)
                .Data(0, 1, 1).Data(2, 2).Data(3, 1).Zero(50, 5).Zero(55, 1).Zero(56, 4).Data(70, 2, 2).Data(90, 1).End(),
            merged);
    }

    [Fact]
    public async Task RunAsync_second_is_smaller_drops_what_lies_beyond()
    {
        byte[] first = DiffBytes.V1.To("b").Size(100).Data(8, 1, 1, 1, 1).Zero(50, 10).End();
        byte[] second = DiffBytes.V1.From("b").Size(10).Data(0, 2).End();

        byte[] merged = await MergeAsync(first, second);

        Assert.Equal(DiffBytes.V1.Size(10).Data(0, 2).Data(8, 1, 1).End(), merged);
    }

    [Fact]
    public async Task RunAsync_second_is_larger_zeroes_what_a_first_that_shrank_cut_off()
    {
        byte[] first = DiffBytes.V1.To("b").Size(10).End();
        byte[] second = DiffBytes.V1.From("b").Size(100).Data(20, 2).End();

        byte[] merged = await MergeAsync(first, second);

        Assert.Equal(DiffBytes.V1.Size(100).Zero(10, 10).Data(20, 2).Zero(21, 79).End(), merged);
    }

    [Fact]
    public async Task RunAsync_random_diffs_applied_merged_or_one_by_one_give_the_same_image()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] image = RandomBytes(random, random.Next(60));
            byte[] first = RandomDiff(random, "a", "b");
            byte[] second = RandomDiff(random, "b", "c");

            byte[] merged = await MergeAsync(first, second);

            Assert.Equal(await ApplyAsync(await ApplyAsync(image, first), second), await ApplyAsync(image, merged));
        }
    }

    [Fact]
    public Task RunAsync_gap_between_the_two_is_refused() => RefusedStream.WithAsync(
        Errno.EINVAL,
        "The first TO snapshot must be equal with the second FROM snapshot, aborting",
        () => MergeAsync(DiffBytes.V1.To("b").Size(1).End(), DiffBytes.V1.From("c").Size(1).End()));

    public static TheoryData<byte[], Errno, string> Broken => new()
    {
        { DiffBytes.V1.Zero(0, 1).End(), Errno.EINVAL, "failed to parse first diff header" },
        { DiffBytes.V2.Size(1).End(), Errno.EINVAL, "failed to parse first diff header" },
        { [.. "rbd diff"u8], Errno.EBADMSG, "failed to parse first diff header" },
        { DiffBytes.V1.Size(9).Zero(0, 1).ToArray(), Errno.EBADMSG, "failed to read first diff data chunk header" },
        { DiffBytes.V1.Size(9).Zero(4, 2).Zero(1, 1).End(), Errno.EOPNOTSUPP, "out-of-order offset from first diff (6 > 1)" },
        { DiffBytes.V1.Size(9).Zero(4, 6).End(), Errno.EINVAL, "failed to read first diff data chunk header" },
        { DiffBytes.V1.Size(9).Tag('w', 0).U64(0).U64(9).ToArray(), Errno.EBADMSG, "failed to merge diff chunk" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public Task RunAsync_broken_first_is_refused(byte[] first, Errno errno, string summary) =>
        RefusedStream.WithAsync(errno, summary, () => MergeAsync(first, DiffBytes.V1.Size(9).End()));

    [Fact]
    public async Task RunAsync_second_without_end_is_refused()
    {
        byte[] second = DiffBytes.V1.Size(9).Zero(0, 1).ToArray();

        await RefusedStream.WithAsync(
            Errno.EBADMSG, "failed to read second diff data chunk header", () => MergeAsync(DiffBytes.V1.Size(9).End(), second));
    }

    private static async Task<byte[]> MergeAsync(byte[] first, byte[] second)
    {
        using var output = new MemoryStream();
        await DiffMerge.RunAsync(new ForwardStream(first), new MemoryStream(second), output, null, CancellationToken.None);
        return output.ToArray();
    }

    private static byte[] RandomDiff(Random random, string from, string to)
    {
        ulong size = (ulong)random.Next(60);
        DiffBytes diff = DiffBytes.V1.From(from).To(to).Size(size);
        for (ulong offset = (ulong)random.Next(20); offset < size;)
        {
            ulong length = Math.Min(size - offset, (ulong)random.Next(1, 12));
            if (random.Next(2) == 0)
                diff.Zero(offset, length);
            else
                diff.Data(offset, RandomBytes(random, (int)length));
            offset += length + (ulong)random.Next(10);
        }

        return diff.End();
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ApplyAsync(byte[] image, byte[] diff)
    {
        var reader = new DiffReader(new StreamInput(new MemoryStream(diff), CancellationToken.None), DiffFormat.V1);
        DiffHeader header = await reader.ReadHeaderAsync();
        byte[] result = [.. image];
        Array.Resize(ref result, (int)header.Size!.Value);
        while (await reader.ReadRecordAsync() is { IsEnd: false } record)
        {
            Memory<byte> range = result.AsMemory((int)record.Offset, (int)record.Length);
            if (record.HasData)
                await reader.ReadDataAsync(range);
            else
                range.Span.Clear();
        }

        return result;
    }
}
