using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>What every open volume does with bytes.</summary>
public abstract class VolumeContract : VolumeFixture
{
    [Fact]
    public async Task ReadAsync_never_written_range_is_zeros()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        byte[] read = await ReadAsync(volume, Size - (ulong)Block, Block);

        Assert.Equal(new byte[Block], read);
    }

    [Fact]
    public async Task WriteAsync_other_openers_read_it_at_once()
    {
        await using IVolume writer = await CreateAndOpenAsync();
        await using IVolume reader = await OpenAsync("volume", readOnly: true);

        await writer.WriteAsync(2 * (ulong)Block, Pattern(Block, 1));

        Assert.Equal(Pattern(Block, 1), await ReadAsync(reader, 2 * (ulong)Block, Block));
        Assert.Equal(new byte[Block], await ReadAsync(reader, (ulong)Block, Block));
        Assert.Equal(new byte[Block], await ReadAsync(reader, 3 * (ulong)Block, Block));
    }

    [Fact]
    public async Task WriteAsync_several_pieces_land_in_order()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        byte[] expected = Pattern(200 * Block, 1);

        await volume.WriteAsync(0, Pieces(expected));

        Assert.Equal(expected, await ReadAsync(volume, 0, expected.Length));
    }

    [Fact]
    public async Task ReadAsync_several_pieces_are_filled_in_order()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        byte[] expected = Pattern(200 * Block, 1);
        await volume.WriteAsync((ulong)Block, expected);
        byte[] read = new byte[expected.Length];

        await volume.ReadAsync((ulong)Block, Pieces(read));

        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task WriteAsync_up_to_the_last_byte_is_kept()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        await volume.WriteAsync(Size - (ulong)Block, Pattern(Block, 7));

        Assert.Equal(Pattern(Block, 7), await ReadAsync(volume, Size - (ulong)Block, Block));
    }

    [Fact]
    public async Task ReadAsync_range_beyond_the_end_is_EINVAL()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        await RefusedAsync(Errno.EINVAL, async () => await volume.ReadAsync(Size, new byte[Block]));
        await RefusedAsync(Errno.EINVAL, async () => await volume.ReadAsync(ulong.MaxValue - (ulong)Block + 1, new byte[Block]));
    }

    [Fact]
    public async Task WriteAsync_range_beyond_the_end_is_EINVAL()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        await RefusedAsync(Errno.EINVAL, async () => await volume.WriteAsync(Size - (ulong)Block, new byte[2 * Block]));
    }

    [Fact]
    public async Task ZeroAsync_range_beyond_the_end_is_EINVAL()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        await RefusedAsync(Errno.EINVAL, async () => await volume.ZeroAsync(0, Size + (ulong)Block, ZeroMode.Unmap));
    }

    [Fact]
    public async Task ReadAsync_of_nothing_at_the_end_is_allowed()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        await volume.ReadAsync(Size, Array.Empty<byte>());
    }

    [Theory]
    [InlineData(ZeroMode.Unmap)]
    [InlineData(ZeroMode.Allocate)]
    public async Task ZeroAsync_range_reads_as_zeros_and_its_neighbours_stay(ZeroMode mode)
    {
        await using IVolume volume = await CreateAndOpenAsync();
        byte[] expected = Pattern(40 * Block, 1);
        await volume.WriteAsync(0, expected);

        await volume.ZeroAsync((ulong)Block, 38 * (ulong)Block, mode);

        expected.AsSpan(Block, 38 * Block).Clear();
        Assert.Equal(expected, await ReadAsync(volume, 0, expected.Length));
    }

    [Fact]
    public async Task ZeroAsync_of_the_whole_volume_reads_as_zeros()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.WriteAsync(Size / 2, Pattern(Block, 1));

        await volume.ZeroAsync(0, Size, ZeroMode.Unmap);

        Assert.Equal(new byte[Block], await ReadAsync(volume, Size / 2, Block));
        Assert.Equal(Size, (await Store.StatAsync(PathOf("volume"), None))!.Size);
    }

    [Fact]
    public async Task WriteAsync_after_zeroing_is_kept()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.ZeroAsync(0, Size, ZeroMode.Unmap);

        await volume.WriteAsync(0, Pattern(Block, 3));

        Assert.Equal(Pattern(Block, 3), await ReadAsync(volume, 0, Block));
    }

    [Fact]
    public async Task FlushAsync_many_at_once_all_complete()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.WriteAsync(0, Pattern(Block, 1));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => volume.FlushAsync().AsTask())));

        Assert.Equal(Pattern(Block, 1), await ReadAsync(volume, 0, Block));
    }

    [Fact]
    public async Task Open_for_reading_refuses_every_change_with_EROFS()
    {
        await CreateAsync("volume");
        await using IVolume volume = await OpenAsync("volume", readOnly: true);

        await RefusedAsync(Errno.EROFS, async () => await volume.WriteAsync(0, new byte[Block]));
        await RefusedAsync(Errno.EROFS, async () => await volume.ZeroAsync(0, (ulong)Block, ZeroMode.Unmap));
        await RefusedAsync(Errno.EROFS, async () => await volume.ResizeAsync(Store.Limits.RoundUp(2 * Size), None));
    }

    [Fact]
    public async Task NextDataAsync_of_a_new_volume_is_nothing()
    {
        await using IVolume volume = await CreateAndOpenAsync();

        Assert.Null(await volume.NextDataAsync(0, Size));
    }

    [Fact]
    public async Task NextDataAsync_covers_every_written_block()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        ulong[] written = [0, 17, 18, 300, Size / (ulong)Block - 1];
        foreach (ulong block in written)
            await volume.WriteAsync(block * (ulong)Block, Pattern(Block, 1));

        IReadOnlyList<VolumeExtent> found = await DataAsync(volume, 0, Size);

        foreach (ulong block in written)
            Assert.Contains(found, extent => extent.Offset <= block * (ulong)Block && extent.End >= (block + 1) * (ulong)Block);
    }

    [Fact]
    public async Task NextDataAsync_stays_inside_the_window()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.WriteAsync(0, Pattern(512 * 1024, 1));

        VolumeExtent? found = await volume.NextDataAsync((ulong)Block, 3 * (ulong)Block);

        Assert.Equal(new VolumeExtent((ulong)Block, 2 * (ulong)Block), found);
    }

    [Fact]
    public async Task NextDataAsync_at_or_beyond_the_end_is_nothing()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.WriteAsync(Size - (ulong)Block, Pattern(Block, 1));

        Assert.Null(await volume.NextDataAsync(Size, Size + (ulong)Block));
    }

    [Fact]
    public async Task ResizeAsync_larger_keeps_the_old_bytes_and_adds_zeros()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await volume.WriteAsync(Size - (ulong)Block, Pattern(Block, 1));
        ulong larger = Store.Limits.RoundUp(Size + 1);

        await volume.ResizeAsync(larger, None);

        Assert.Equal(larger, volume.Size);
        Assert.Equal(larger, (await Store.StatAsync(PathOf("volume"), None))!.Size);
        Assert.Equal(Pattern(Block, 1), await ReadAsync(volume, Size - (ulong)Block, Block));
        if (larger - (ulong)Block >= Size)
            Assert.Equal(new byte[Block], await ReadAsync(volume, larger - (ulong)Block, Block));
    }

    [Fact]
    public async Task ResizeAsync_smaller_and_larger_again_reads_as_zeros_or_is_refused()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        ulong larger = Store.Limits.RoundUp(Size * 2);
        await volume.ResizeAsync(larger, None);
        await volume.WriteAsync(larger - (ulong)Block, Pattern(Block, 1));

        if (!Store.Limits.CanShrink)
        {
            await RefusedAsync(Errno.EINVAL, async () => await volume.ResizeAsync(Size, None));
            return;
        }

        await volume.ResizeAsync(Size, None);
        await volume.ResizeAsync(larger, None);

        Assert.Equal(new byte[Block], await ReadAsync(volume, larger - (ulong)Block, Block));
    }

    [Fact]
    public async Task RefreshAsync_learns_a_size_that_another_opener_set()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        await using IVolume other = await OpenAsync("volume");
        ulong larger = Store.Limits.RoundUp(Size * 2);
        await other.ResizeAsync(larger, None);

        await volume.RefreshAsync(None);

        Assert.Equal(larger, volume.Size);
        Assert.Equal(new byte[Block], await ReadAsync(volume, larger - (ulong)Block, Block));
    }

    [Fact]
    public async Task Requests_in_flight_at_once_keep_to_their_ranges()
    {
        await using IVolume volume = await CreateAndOpenAsync();
        const int Writers = 8;
        const int Rounds = 100;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                ulong offset = (ulong)(writer + round % 20 * Writers) * (ulong)Block;
                await volume.WriteAsync(offset, Pattern(Block, (byte)(writer * 16 + round)));
                Assert.Equal(Pattern(Block, (byte)(writer * 16 + round)), await ReadAsync(volume, offset, Block));
            }
        })));
    }

    [Fact]
    public async Task DisposeAsync_requests_after_it_are_refused()
    {
        IVolume volume = await CreateAndOpenAsync();

        await volume.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await volume.ReadAsync(0, new byte[Block]));
        await Assert.ThrowsAnyAsync<Exception>(async () => await volume.FlushAsync());
        await volume.DisposeAsync();
    }

    protected static async Task<IReadOnlyList<VolumeExtent>> DataAsync(IVolume volume, ulong offset, ulong end)
    {
        var found = new List<VolumeExtent>();
        while (await volume.NextDataAsync(offset, end) is { } extent)
        {
            found.Add(extent);
            offset = extent.End;
        }

        return found;
    }

    // 1, 2, 3, ... blocks long, with an empty one in between: more pieces than one system call takes.
    private IoVector Pieces(byte[] bytes)
    {
        var pieces = new List<Memory<byte>>();
        for (int offset = 0, count = 0; offset < bytes.Length; count++)
        {
            int length = Math.Min(bytes.Length - offset, Block * (1 + count % 3));
            pieces.Add(bytes.AsMemory(offset, length));
            pieces.Add(Memory<byte>.Empty);
            offset += length;
        }

        return new IoVector(pieces, bytes.Length);
    }
}
