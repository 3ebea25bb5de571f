namespace CurveRbd.Rbd.Tests;

[Collection(Alone.Name)]
public sealed class RegionCacheTests
{
    private const uint RegionCount = 4096; // 20 MiB of tables
    private const long BytesMax = 1 << 20;

    [Fact]
    public async Task PinAsync_of_more_regions_than_fit_stays_within_the_limit_and_throws_no_arrays_away()
    {
        var cache = new RegionCache(FillAsync, BytesMax);
        await PassAsync(cache);
        long garbage = long.MaxValue;

        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await PassAsync(cache);
            garbage = Math.Min(garbage, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.InRange(cache.Bytes, BytesMax / 2, BytesMax);
        Assert.InRange(garbage, 0, RegionCount * 256); // the state machines of a debug build; a region's arrays are 5 KiB
    }

    [Fact]
    public async Task Regions_found_while_others_evict_them_are_the_ones_asked_for()
    {
        var cache = new RegionCache(YieldAndFillAsync, bytesMax: 64 << 10);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => LookAsync(cache, new Random(seed)))));

        Assert.InRange(cache.Bytes, 0, 64 << 10);
    }

    [Fact]
    public async Task Clear_while_a_region_is_loaded_keeps_what_was_loaded_out()
    {
        var gate = new TaskCompletionSource();
        int loads = 0;
        var cache = new RegionCache(
            async region =>
            {
                loads++;
                if (loads == 1)
                    await gate.Task;
                await FillAsync(region);
            },
            BytesMax);
        ValueTask<Region> pinning = cache.PinAsync(7);

        cache.Clear();
        gate.SetResult();
        Region region = await pinning;

        Assert.Equal(2, loads);
        Assert.Equal(EntryOf(7), region[0]);
    }

    private static async Task PassAsync(RegionCache cache)
    {
        for (uint index = 0; index < RegionCount; index++)
            (await cache.PinAsync(index)).Unpin();
    }

    private static async Task LookAsync(RegionCache cache, Random random)
    {
        for (int i = 0; i < 20_000; i++)
        {
            var index = (uint)random.Next(64);
            if (!cache.TryPin(index, out Region? region))
                region = await cache.PinAsync(index);
            Assert.Equal(index, region.Index);
            Assert.Equal(EntryOf(index), region[0]);
            Assert.Equal(EntryOf(index), region[OverlayHeader.EntriesPerBlock - 1]);
            region.Unpin();
        }
    }

    private static async ValueTask YieldAndFillAsync(Region region)
    {
        await Task.Yield();
        await FillAsync(region);
    }

    private static ValueTask FillAsync(Region region)
    {
        region[0] = EntryOf(region.Index);
        region[OverlayHeader.EntriesPerBlock - 1] = EntryOf(region.Index);
        return ValueTask.CompletedTask;
    }

    private static RegionEntry EntryOf(uint index) => new(1, OverlayEntry.At(index));
}
