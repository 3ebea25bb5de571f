namespace CurveRbd.Rbd.Tests;

/// <summary>When a write is flushed to a store that does not keep writes by itself.</summary>
public sealed class DurabilityTests
{
    [Theory]
    [InlineData("rbd_cache", "false")]
    [InlineData("rbd_cache_policy", "writethrough")]
    [InlineData("rbd_cache_max_dirty", "0")]
    public async Task Cache_off_flushes_every_write(string option, string value)
    {
        (Image image, Interceptor calls) = await OpenAsync((option, value));
        await using Image _ = image;
        await image.FlushAsync();

        await image.WriteAsync(0, new byte[1]);
        await image.DiscardAsync(0, 1);

        Assert.Equal(["flush", "write 0+1", "flush", "zero 0+1", "flush"], Io(calls));
    }

    [Fact]
    public async Task Writethrough_until_flush_ends_with_the_first_flush()
    {
        (Image image, Interceptor calls) = await OpenAsync();
        await using Image _ = image;

        await image.WriteAsync(0, new byte[1]);
        await image.FlushAsync();
        await image.WriteAsync(1, new byte[1]);

        Assert.Equal(["write 0+1", "flush", "flush", "write 1+1"], Io(calls));
    }

    [Fact]
    public async Task Writeback_from_the_start_flushes_only_when_asked()
    {
        (Image image, Interceptor calls) = await OpenAsync(("rbd_cache_writethrough_until_flush", "false"));
        await using Image _ = image;

        await image.WriteAsync(0, new byte[1]);

        Assert.Equal(["write 0+1"], Io(calls));
    }

    [Fact]
    public async Task Images_own_setting_goes_before_the_clients()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await PoolMetadata.Of(pool.Io).SetAsync("conf_rbd_cache", "true", CancellationToken.None);
        await using (Image image = await pool.CreateAndOpenAsync(100))
            await image.Metadata.SetAsync("conf_rbd_cache", "false", CancellationToken.None);
        var calls = new Interceptor();
        await using Image own = await IoTests.OpenInterceptedAsync(pool, calls);
        await own.FlushAsync();

        await own.WriteAsync(0, new byte[1]);

        Assert.Equal(["flush", "write 0+1", "flush"], Io(calls));
    }

    [Fact]
    public async Task Setting_of_the_image_reaches_who_has_it_open()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        var calls = new Interceptor();
        await using Image open = await IoTests.OpenInterceptedAsync(pool, calls);
        await open.FlushAsync();

        await ChangeAsync(metadata => metadata.SetAsync("conf_rbd_cache", "false", CancellationToken.None));
        await open.WriteAsync(0, new byte[1]);
        await ChangeAsync(metadata => metadata.RemoveAsync("conf_rbd_cache", CancellationToken.None));
        await open.WriteAsync(1, new byte[1]);

        Assert.Equal(["flush", "write 0+1", "flush", "write 1+1"], Io(calls));

        async Task ChangeAsync(Func<ImageMetadata, Task> change)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using IDisposable watch = open.WatchUpdates(() => seen.TrySetResult());
            await using (Image other = await pool.OpenAsync("image"))
                await change(other.Metadata);
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Pools_setting_goes_before_the_clients()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        await PoolMetadata.Of(pool.Io).SetAsync("conf_rbd_cache_writethrough_until_flush", "false", CancellationToken.None);
        var calls = new Interceptor();
        await using Image own = await IoTests.OpenInterceptedAsync(pool, calls);

        await own.WriteAsync(0, new byte[1]);

        Assert.Equal(["write 0+1"], Io(calls));
    }

    [Fact]
    public async Task Store_that_keeps_writes_is_flushed_only_when_asked()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await pool.CreateImageAsync("image", 8192);
        var calls = new Interceptor();
        await using Image image = await IoTests.OpenInterceptedAsync(pool, calls);

        await image.WriteAsync(0, new byte[4096]);

        Assert.Equal(["write 0+4096"], Io(calls));
    }

    [Fact]
    public async Task Writes_that_come_during_a_flush_share_the_next_one()
    {
        (Image image, Interceptor calls) = await OpenAsync();
        await using Image _ = image;
        var gate = new Gate(calls, call => call == "flush");

        Task<int> first = image.WriteAsync(0, new byte[1]).AsTask();
        await gate.WaitForAsync(1);
        Task<int>[] others = Enumerable.Range(1, 20).Select(i => image.WriteAsync((ulong)i, new byte[1]).AsTask()).ToArray();
        Assert.Equal(["flush"], gate.Held);
        gate.Release("flush");
        await first;
        await gate.WaitForAsync(1);
        Assert.DoesNotContain(others, other => other.IsCompleted);
        gate.Release("flush");
        await Task.WhenAll(others);

        Assert.Equal(2, calls.Calls.Count(call => call == "flush"));
        calls.Before = _ => Task.CompletedTask;
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Close_flushes_what_was_written(bool writes, int flushes)
    {
        (Image image, Interceptor calls) = await OpenAsync(("rbd_cache_writethrough_until_flush", "false"));
        if (writes)
            await image.WriteAsync(0, new byte[1]);

        await image.CloseAsync();

        Assert.Equal(flushes, calls.Calls.Count(call => call == "flush"));
    }

    private static async Task<(Image Image, Interceptor Calls)> OpenAsync(params (string Option, string Value)[] settings)
    {
        TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        var calls = new Interceptor();
        Image image = await IoTests.OpenInterceptedAsync(pool, calls, Configure);
        return (image, calls);

        void Configure(Rados.CephConf conf)
        {
            foreach ((string option, string value) in settings)
                conf.Set(option, value);
        }
    }

    private static IEnumerable<string> Io(Interceptor interceptor) =>
        interceptor.Calls.Where(call => call == "flush" || call.Contains('+', StringComparison.Ordinal));
}
