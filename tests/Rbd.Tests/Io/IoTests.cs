using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>The table of librbd's synchronous calls, on an image of 10000 bytes.</summary>
public sealed class IoTests
{
    private const ulong Size = 10000;

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Read_and_write_any_alignment(bool isCurve) => WithImageAsync(isCurve, async image =>
    {
        byte[] expected = new byte[Size];
        (int, int)[] ranges = [(0, 1), (4095, 2), (1, 4095), (4096, 4096), (511, 5000), (8191, 1), (9999, 1), (0, 10000), (4097, 4094)];
        byte fill = 1;
        foreach ((int offset, int length) in ranges)
        {
            byte[] data = Enumerable.Range(0, length).Select(i => (byte)(i * 7 + fill)).ToArray();
            fill += 31;
            data.CopyTo(expected, offset);

            Assert.Equal(length, await image.WriteAsync((ulong)offset, data));
            var read = new byte[length];
            Assert.Equal(length, await image.ReadAsync((ulong)offset, read));
            Assert.Equal(data, read);
            Assert.Equal(expected, await ReadAllAsync(image));
        }
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Vectors_of_many_pieces_are_read_and_written_in_order(bool isCurve) => WithImageAsync(isCurve, async image =>
    {
        byte[] data = Enumerable.Range(0, 7003).Select(i => (byte)i).ToArray();
        int[] cuts = [0, 1, 1, 512, 4097, 7003];
        Memory<byte>[] pieces = cuts.Zip(cuts.Skip(1), (from, to) => data.AsMemory(from..to)).ToArray();

        Assert.Equal(7003, await image.WriteAsync(1001, new IoVector(pieces, 7003)));
        var read = new byte[7003];
        Memory<byte>[] readPieces = cuts.Zip(cuts.Skip(1), (from, to) => read.AsMemory(from..to)).ToArray();
        Assert.Equal(7003, await image.ReadAsync(1001, new IoVector(readPieces, 7003)));

        Assert.Equal(data, read);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(Size)]
    [InlineData(Size + 1)]
    [InlineData(ulong.MaxValue)]
    public Task Length_0_is_0_anywhere(ulong offset) => WithImageAsync(false, async image =>
    {
        Assert.Equal(0, await image.ReadAsync(offset, Array.Empty<byte>()));
        Assert.Equal(0, await image.WriteAsync(offset, Array.Empty<byte>()));
        Assert.Equal(0ul, await image.DiscardAsync(offset, 0));
        Assert.Equal(0ul, await image.WriteZeroesAsync(offset, 0, ZeroMode.Allocate));
        Assert.Equal(0ul, await image.WriteSameAsync(offset, 0, new byte[1]));
        Assert.True((await image.CompareAndWriteAsync(offset, Array.Empty<byte>(), Array.Empty<byte>())).IsMatch);
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Crossing_the_end_is_clipped(bool isCurve) => WithImageAsync(isCurve, async image =>
    {
        byte[] ones = Enumerable.Repeat((byte)1, 100).ToArray();

        Assert.Equal(10, await image.WriteAsync(Size - 10, ones));
        var read = new byte[100];
        Assert.Equal(10, await image.ReadAsync(Size - 10, read));
        Assert.Equal(ones[..10].Concat(new byte[90]), read);
        Assert.Equal(10ul, await image.WriteSameAsync(Size - 10, 100, ones.AsMemory(0, 2)));
        Assert.Equal(10ul, await image.DiscardAsync(Size - 10, ulong.MaxValue - Size));
        Assert.Equal(10ul, await image.WriteZeroesAsync(Size - 10, 100, ZeroMode.Allocate));
        Assert.Equal(new byte[Size], await ReadAllAsync(image));
    });

    [Theory]
    [InlineData(Size)]
    [InlineData(Size + 1)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 5)]
    public Task Starting_past_the_end_or_wrapping_is_EINVAL(ulong offset) => WithImageAsync(false, async image =>
    {
        await Refused.WithAsync(Errno.EINVAL, async () => await image.ReadAsync(offset, new byte[10]));
        await Refused.WithAsync(Errno.EINVAL, async () => await image.WriteAsync(offset, new byte[10]));
        await Refused.WithAsync(Errno.EINVAL, async () => await image.DiscardAsync(offset, 10));
        await Refused.WithAsync(Errno.EINVAL, async () => await image.WriteZeroesAsync(offset, 10, ZeroMode.Unmap));
        await Refused.WithAsync(Errno.EINVAL, async () => await image.WriteSameAsync(offset, 10, new byte[1]));
        await Refused.WithAsync(Errno.EINVAL, async () => await image.CompareAndWriteAsync(offset, new byte[10], new byte[10]));
    });

    [Fact]
    public Task Wrapping_from_inside_is_EINVAL() => WithImageAsync(false, async image =>
        await Refused.WithAsync(Errno.EINVAL, async () => await image.DiscardAsync(10, ulong.MaxValue - 5)));

    [Fact]
    public async Task Read_only_refuses_changes_with_EROFS_and_flushes()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", Size);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await Refused.WithAsync(Errno.EROFS, async () => await image.WriteAsync(0, new byte[1]));
        await Refused.WithAsync(Errno.EROFS, async () => await image.DiscardAsync(0, 1));
        await Refused.WithAsync(Errno.EROFS, async () => await image.WriteZeroesAsync(0, 1, ZeroMode.Unmap));
        await Refused.WithAsync(Errno.EROFS, async () => await image.WriteSameAsync(0, 1, new byte[1]));
        await Refused.WithAsync(Errno.EROFS, async () => await image.CompareAndWriteAsync(0, new byte[1], new byte[1]));
        Assert.Equal(1, await image.ReadAsync(0, new byte[1]));
        await image.FlushAsync();
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 3)]
    public Task WriteSame_of_partial_patterns_is_EINVAL(ulong length, int pattern) => WithImageAsync(false, async image =>
        await Refused.WithAsync(Errno.EINVAL, async () => await image.WriteSameAsync(0, length, new byte[pattern])));

    [Theory]
    [InlineData(false, 0, 9000, 3)]
    [InlineData(true, 0, 9000, 3)]
    [InlineData(true, 4096, 4096, 512)]
    [InlineData(true, 1, 9999, 1)]
    public Task WriteSame_repeats_the_pattern(bool isCurve, int offset, int length, int patternLength) => WithImageAsync(
        isCurve,
        async image =>
        {
            byte[] pattern = Enumerable.Range(1, patternLength).Select(i => (byte)i).ToArray();

            Assert.Equal((ulong)length, await image.WriteSameAsync((ulong)offset, (ulong)length, pattern));

            var expected = new byte[Size];
            for (int i = 0; i < length; i++)
                expected[offset + i] = pattern[i % patternLength];
            Assert.Equal(expected, await ReadAllAsync(image));
        });

    [Fact]
    public async Task WriteSame_longer_than_its_buffer_repeats_the_pattern()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await using Image image = await pool.CreateAndOpenAsync(4 << 20);
        byte[] pattern = Enumerable.Range(0, 3000).Select(i => (byte)(i % 251)).ToArray();

        await image.WriteSameAsync(5, 3000 * 900, pattern);

        var read = new byte[3000 * 900];
        await image.ReadAsync(5, read);
        for (int i = 0; i < 900; i++)
            Assert.True(read.AsSpan(i * 3000, 3000).SequenceEqual(pattern));
    }

    [Fact]
    public async Task WriteSame_of_zeros_gives_the_space_back()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1 << 20);
        await image.WriteAsync(0, new byte[] { 1 });

        await image.WriteSameAsync(0, 1 << 20, new byte[512]);

        Assert.Null(await image.Volume.NextDataAsync(0, 1 << 20));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public Task CompareAndWrite_equal_writes(bool isCurve) => WithImageAsync(isCurve, async image =>
    {
        await image.WriteAsync(100, "hello"u8.ToArray());

        CompareAndWriteResult result = await image.CompareAndWriteAsync(99, "\0hello\0"u8.ToArray(), "xyzxyzx"u8.ToArray());

        Assert.Equal(new CompareAndWriteResult(7, -1), result);
        Assert.Equal("xyzxyzx"u8.ToArray(), (await ReadAllAsync(image))[99..106]);
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task CompareAndWrite_different_tells_where_and_writes_nothing(bool isCurve) => WithImageAsync(isCurve, async image =>
    {
        await image.WriteAsync(100, "hello"u8.ToArray());

        CompareAndWriteResult result = await image.CompareAndWriteAsync(100, "helLo"u8.ToArray(), "xxxxx"u8.ToArray());

        Assert.False(result.IsMatch);
        Assert.Equal(3, result.Mismatch);
        Assert.Equal("hello"u8.ToArray(), (await ReadAllAsync(image))[100..105]);
    });

    [Fact]
    public async Task CompareAndWrite_leaving_its_object_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(2 << 22);

        await Refused.WithAsync(
            Errno.EINVAL, async () => await image.CompareAndWriteAsync((1 << 22) - 1, new byte[2], new byte[2]));
    }

    [Fact]
    public async Task CompareAndWrite_leaving_its_stripe_unit_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.StripeUnit, 4096);
        options.Set(ImageOption.StripeCount, 2);
        await using Image image = await pool.CreateAndOpenAsync(2 << 22, options);

        await Refused.WithAsync(Errno.EINVAL, async () => await image.CompareAndWriteAsync(4095, new byte[2], new byte[2]));
        Assert.True((await image.CompareAndWriteAsync(4094, new byte[2], new byte[2])).IsMatch);
    }

    [Fact]
    public Task CompareAndWrite_crossing_the_end_depends_on_the_content() => WithImageAsync(false, async image =>
    {
        await Refused.WithAsync(
            Errno.EINVAL, async () => await image.CompareAndWriteAsync(Size - 2, new byte[4], new byte[4]));
        CompareAndWriteResult result = await image.CompareAndWriteAsync(Size - 2, new byte[] { 0, 1, 0, 0 }, new byte[4]);

        Assert.Equal(1, result.Mismatch);
    });

    [Theory]
    [InlineData(ZeroMode.Unmap, 1, 9998)]
    [InlineData(ZeroMode.Unmap, 100, 50)]
    [InlineData(ZeroMode.Unmap, 4096, 4096)]
    [InlineData(ZeroMode.Allocate, 4095, 4098)]
    [InlineData(ZeroMode.Allocate, 8192, 1808)]
    public Task Zeroing_reads_zeros_and_spares_the_rest(ZeroMode mode, int offset, int length) => WithImageAsync(true, async image =>
    {
        byte[] expected = Enumerable.Repeat((byte)5, (int)Size).ToArray();
        await image.WriteAsync(0, expected);
        expected.AsSpan(offset, length).Clear();

        Assert.Equal((ulong)length, await image.WriteZeroesAsync((ulong)offset, (ulong)length, mode));

        Assert.Equal(expected, await ReadAllAsync(image));
    });

    [Fact]
    public async Task Whole_blocks_go_to_the_store_as_they_are()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await pool.CreateImageAsync("image", Size);
        await using Image image = await OpenInterceptedAsync(pool, interceptor);

        await image.WriteAsync(4096, new byte[4096]);

        Assert.Equal(["write 4096+4096"], interceptor.Calls.Where(call => call.Contains('+', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Store_of_bytes_sees_no_read_before_a_write()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", Size);
        await using Image image = await OpenInterceptedAsync(pool, interceptor);

        await image.WriteAsync(17, new byte[1001]);
        await image.DiscardAsync(3, 5);

        Assert.Equal(["write 17+1001", "zero 3+5"], interceptor.Calls.Where(call => call.Contains('+', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Store_failure_keeps_its_errno_and_names_image_and_volume()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", Size);
        await using Image image = await OpenInterceptedAsync(pool, interceptor);
        interceptor.Before = call => call.StartsWith("write", StringComparison.Ordinal)
            ? throw new StorageException(Errno.ENOSPC, "the disk is full")
            : Task.CompletedTask;

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await image.WriteAsync(0, new byte[1]));

        Assert.Equal(Errno.ENOSPC, error.Errno);
        Assert.Contains("pool/image", error.Message, StringComparison.Ordinal);
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        interceptor.Before = _ => Task.CompletedTask;
        Assert.Equal(1, await image.WriteAsync(0, new byte[1]));
    }

    internal static async Task<Image> OpenInterceptedAsync(TestPool pool, Interceptor interceptor, Action<Rados.CephConf>? configure = null)
    {
        Rados.IoContext io = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        configure?.Invoke(io.Cluster.Conf);
        return await Image.OpenAsync(io, "image", null, readOnly: false, CancellationToken.None);
    }

    private static async Task WithImageAsync(bool isCurve, Func<Image, Task> test)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await test(image);
    }

    private static async Task<byte[]> ReadAllAsync(Image image)
    {
        var all = new byte[image.Size];
        Assert.Equal(all.Length, await image.ReadAsync(0, all));
        return all;
    }
}
