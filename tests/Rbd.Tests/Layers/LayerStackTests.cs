using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class LayerStackTests
{
    private const int Cluster = LayerStackFixture.Cluster;
    private readonly LayerStackFixture _fixture = new(LayerStackFixture.Blocks);

    [Fact]
    public async Task Write_part_of_an_absent_cluster_costs_one_cluster_and_one_table_block()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 1);
        CrashVolume head = _fixture.Store.Get(stack.Path.Name);
        long before = head.BytesWritten;

        await stack.WriteAsync(5 * Cluster, LayerStackFixture.Filled(4096, 1));
        await stack.FlushAsync();

        Assert.Equal(Cluster + OverlayHeader.TableBlockSize, head.BytesWritten - before);
    }

    [Fact]
    public async Task Write_part_of_a_present_cluster_costs_that_part()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 1);
        await stack.WriteAsync(5 * Cluster, LayerStackFixture.Filled(4096, 1));
        await stack.FlushAsync();
        CrashVolume head = _fixture.Store.Get(stack.Path.Name);
        long before = head.BytesWritten;

        await stack.WriteAsync(5 * Cluster + 8192, LayerStackFixture.Filled(4096, 2));
        await stack.FlushAsync();

        Assert.Equal(4096, head.BytesWritten - before);
    }

    [Fact]
    public async Task Write_many_absent_clusters_is_one_request_and_so_is_reading_them()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 1);
        await stack.WriteAsync(0, LayerStackFixture.Filled(Cluster, 1)); // table and free places are known from here on
        long calls = _fixture.Store.CallCount;

        await stack.WriteAsync(10 * Cluster, LayerStackFixture.Filled(16 * Cluster, 2));
        long written = _fixture.Store.CallCount;
        byte[] read = await LayerStackFixture.ReadAsync(stack, 10 * Cluster, 16 * Cluster);

        Assert.Equal(1, written - calls);
        Assert.Equal(1, _fixture.Store.CallCount - written);
        Assert.Equal(LayerStackFixture.Filled(16 * Cluster, 2), read);
    }

    [Fact]
    public async Task Read_through_thirty_overlays_is_one_request_once_the_tables_are_known()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 30);
        await stack.WriteAsync(0, LayerStackFixture.Filled(Cluster, 1));
        await LayerStackFixture.ReadAsync(stack, 3 * Cluster, 4096);
        long calls = _fixture.Store.CallCount;

        await LayerStackFixture.ReadAsync(stack, 7 * Cluster, 4096);

        Assert.Equal(1, _fixture.Store.CallCount - calls);
    }

    [Fact]
    public async Task Zero_then_write_reuses_the_place_only_after_a_flush()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 1);
        await stack.WriteAsync(0, LayerStackFixture.Filled(4 * Cluster, 1));
        await stack.FlushAsync();
        await stack.ZeroAsync(0, 2 * Cluster, ZeroMode.Unmap);
        long? beforeFlush = stack.UsedPlaces(stack.Layers[1].Volume);

        await stack.FlushAsync();

        Assert.Equal(4, beforeFlush);
        Assert.Equal(2, stack.UsedPlaces(stack.Layers[1].Volume));
    }

    // Of a table block that a killed writer left in the page cache, a power failure may leave the old entries.
    [Fact]
    public async Task Place_freed_by_a_writer_that_died_is_not_used_before_that_is_durable()
    {
        for (int i = 0; i < 20; i++)
        {
            var fixture = new LayerStackFixture(LayerStackFixture.Files, seed: i);
            LayerStack stack = await fixture.OpenAsync(overlayCount: 1);
            await stack.WriteAsync(0, LayerStackFixture.Filled(Cluster, 1));
            await stack.FlushAsync();
            await stack.ZeroAsync(0, Cluster, ZeroMode.Unmap);
            fixture.Store.FailIn(3); // the flush of the table block that is written
            await Refused.WithAsync(Errno.EIO, () => stack.FlushAsync().AsTask());
            await stack.DisposeAsync();
            LayerStack next = await fixture.ReopenAsync(stack);
            await next.WriteAsync(5 * Cluster, LayerStackFixture.Filled(Cluster, 2));

            fixture.Store.Restart();

            LayerStack last = await fixture.ReopenAsync(stack);
            Assert.DoesNotContain((byte)2, await LayerStackFixture.ReadAsync(last, 0, Cluster));
        }
    }

    // What it wrote while it merged went to the layer below the head.
    [Fact]
    public async Task Flush_makes_durable_what_a_writer_that_died_in_a_merge_has_written()
    {
        for (int i = 0; i < 20; i++)
        {
            var fixture = new LayerStackFixture(LayerStackFixture.Files, seed: i);
            LayerStack stack = await fixture.OpenAsync(overlayCount: 2);
            await stack.WriteAsync(0, LayerStackFixture.Filled(8 * Cluster, 1));
            await stack.ArrangeAsync([.. stack.Layers.SkipLast(1), stack.Layers[2] with { IsMerging = true }]); // as announced
            await stack.BeginMergeAsync(stack.Layers[2].Volume, new MergeOptions());
            await stack.WriteAsync(20 * Cluster, LayerStackFixture.Filled(Cluster, 2));
            await stack.FlushAsync();
            await stack.WriteAsync(20 * Cluster, LayerStackFixture.Filled(Cluster, 3));
            await stack.DisposeAsync();
            LayerStack next = await fixture.ReopenAsync(stack);
            await next.FlushAsync();

            fixture.Store.Restart();

            LayerStack last = await fixture.ReopenAsync(stack);
            Assert.Equal(LayerStackFixture.Filled(Cluster, 3), await LayerStackFixture.ReadAsync(last, 20 * Cluster, Cluster));
        }
    }

    [Fact]
    public async Task Write_that_arrives_after_it_was_given_up_meets_no_other_cluster()
    {
        (LayerStack stack, LateVolume late) = await OpenLateAsync();
        late.IsNextWriteLate = true;
        await Refused.WithAsync(Errno.ETIMEDOUT, () => stack.WriteAsync(0, LayerStackFixture.Filled(Cluster, 1)).AsTask());

        await stack.WriteAsync(5 * Cluster, LayerStackFixture.Filled(Cluster, 2));
        await late.ArriveAsync();

        Assert.Equal(LayerStackFixture.Filled(Cluster, 2), await LayerStackFixture.ReadAsync(stack, 5 * Cluster, Cluster));
        Assert.Equal(1, stack.UsedPlaces(late));
    }

    [Fact]
    public async Task Zeroing_of_a_freed_place_that_arrives_late_meets_no_other_cluster()
    {
        (LayerStack stack, LateVolume late) = await OpenLateAsync();
        await stack.WriteAsync(0, LayerStackFixture.Filled(Cluster, 1));
        await stack.FlushAsync();
        await stack.ZeroAsync(0, Cluster, ZeroMode.Unmap);
        late.IsNextZeroingLate = true;
        await stack.FlushAsync();

        await stack.WriteAsync(5 * Cluster, LayerStackFixture.Filled(Cluster, 2));
        await late.ArriveAsync();

        Assert.Equal(LayerStackFixture.Filled(Cluster, 2), await LayerStackFixture.ReadAsync(stack, 5 * Cluster, Cluster));
    }

    [Fact]
    public async Task Read_beyond_the_overlap_gives_zeros_also_in_the_middle_of_a_block()
    {
        LayerSource plain = _fixture.CreatePlain() with { Overlap = 2 * Cluster + 1000 };
        await plain.Volume.WriteAsync(0, LayerStackFixture.Filled(4 * Cluster, 9));
        LayerStack stack = await LayerStack.OpenAsync([plain, await _fixture.CreateOverlayAsync()], LayerStackOptions.Default);

        byte[] read = await LayerStackFixture.ReadAsync(stack, 0, 4 * Cluster);

        Assert.False(read.AsSpan(0, 2 * Cluster + 1000).ContainsAnyExcept((byte)9));
        Assert.False(read.AsSpan(2 * Cluster + 1000).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task CutOverlap_hides_what_an_image_lost_when_it_shrank_from_what_it_regains()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 0);
        await stack.WriteAsync(0, LayerStackFixture.Filled(4 * Cluster, 9));
        await _fixture.PushAsync(stack);

        stack.CutOverlap(Cluster + 4096);
        await stack.WriteAsync(Cluster, LayerStackFixture.Filled(4096, 3)); // copies up what is left of the cluster
        byte[] read = await LayerStackFixture.ReadAsync(stack, 0, 4 * Cluster);

        Assert.Equal(9, read[Cluster - 1]);
        Assert.Equal(3, read[Cluster + 4095]);
        Assert.False(read.AsSpan(Cluster + 4096).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task Write_beyond_the_table_throws_EFBIG()
    {
        LayerStack stack = await _fixture.OpenAsync(overlayCount: 1);

        var error = await Assert.ThrowsAsync<StorageException>(async () => await stack.WriteAsync(stack.Size, new byte[4096]));

        Assert.Equal(Errno.EFBIG, error.Errno);
    }

    [Fact]
    public async Task Open_plain_head_on_other_layers_throws_EINVAL()
    {
        LayerSource[] layers = [_fixture.CreatePlain(), _fixture.CreatePlain()];

        var error = await Assert.ThrowsAsync<StorageException>(() => LayerStack.OpenAsync(layers, LayerStackOptions.Default));

        Assert.Equal(Errno.EINVAL, error.Errno);
    }

    [Fact]
    public async Task Tables_of_a_fully_overwritten_image_stay_within_their_memory()
    {
        const int bytesMax = 64 << 10;
        LayerStack stack = await _fixture.OpenAsync(1, LayerStackOptions.Default with { TableBytesMax = bytesMax, DirtyBlocksMax = 2 });
        const ulong regions = LayerStackFixture.ImageSize / OverlayHeader.RegionSize * 4;

        for (ulong region = 0; region < regions; region++)
            await stack.WriteAsync(region * OverlayHeader.RegionSize, LayerStackFixture.Filled(4096, (byte)region));

        await stack.FlushAsync();
        Assert.InRange(stack.TableBytes, 1, bytesMax + 16384);
        for (ulong region = 0; region < regions; region++)
            Assert.Equal((byte)region, (await LayerStackFixture.ReadAsync(stack, region * OverlayHeader.RegionSize, 4096))[77]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Requests_on_present_clusters_allocate_nothing(int overlayCount)
    {
        var volume = new SilentVolume();
        LayerSource[] layers = [new LayerSource(volume, LayerStackFixture.Blocks, IsOverlay: false)];
        if (overlayCount > 0)
        {
            LayerSource overlay = await _fixture.CreateOverlayAsync();
            layers = [.. layers, overlay with { Volume = new SilentVolume(overlay.Volume) }];
        }

        LayerStack stack = await LayerStack.OpenAsync(layers, LayerStackOptions.Default);
        var data = new IoVector(new byte[3 * Cluster].AsMemory());
        await stack.WriteAsync(4 * Cluster, data);
        await stack.WriteAsync(8 * Cluster, data);
        await stack.WriteAsync(6 * Cluster, data); // 4-5, 6-8, 9-10: three runs of places
        var cut = new IoVector(new byte[Cluster].AsMemory()); // a longer one is read on other threads

        // The pool of state machines is the process's: other tests may empty it now and then, but not in every one of these rounds.
        long least = long.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                await stack.WriteAsync(4 * Cluster, data);
                await stack.WriteAsync(5 * Cluster, data);
                await stack.ReadAsync(4 * Cluster, cut);
                await stack.ReadAsync(5 * Cluster + Cluster / 2, cut);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private async Task<(LayerStack Stack, LateVolume Late)> OpenLateAsync()
    {
        LayerSource overlay = await _fixture.CreateOverlayAsync();
        var late = new LateVolume(overlay.Volume);
        return (await LayerStack.OpenAsync([_fixture.CreatePlain(), overlay with { Volume = late }], LayerStackOptions.Default), late);
    }
}
