namespace CurveRbd.Rbd.Tests;

/// <summary>Who waits for whom, seen at the store.</summary>
public sealed class RangeOrderTests
{
    [Fact]
    public Task Overlapping_writes_reach_the_store_in_the_order_of_submission() => WithGateAsync(async (image, gate) =>
    {
        Task<int> first = image.WriteAsync(0, Filled(1, 8192)).AsTask();
        Task<int> second = image.WriteAsync(4096, Filled(2, 8192)).AsTask();
        Assert.Equal(["write 0+8192"], gate.Held);

        gate.Release("write 0+8192");
        await gate.WaitForAsync(1);
        Assert.Equal(["write 4096+8192"], gate.Held);
        gate.Release("write 4096+8192");

        int[] written = await Task.WhenAll(first, second);
        Assert.Equal([8192, 8192], written);
        var read = new byte[1];
        await image.ReadAsync(4096, read);
        Assert.Equal(2, read[0]);
    });

    [Fact]
    public Task Disjoint_writes_do_not_wait() => WithGateAsync(async (image, gate) =>
    {
        Task<int> first = image.WriteAsync(0, Filled(1, 4096)).AsTask();
        Task<int> second = image.WriteAsync(4096, Filled(2, 4096)).AsTask();

        Assert.Equal(2, gate.Held.Count);

        gate.Release("write 4096+4096");
        await second;
        Assert.False(first.IsCompleted);
        gate.Release("write 0+4096");
        await first;
    });

    [Fact]
    public Task Writes_into_one_block_wait_for_each_other() => WithGateAsync(async (image, gate) =>
    {
        Task<int> first = image.WriteAsync(0, Filled(1, 10)).AsTask();
        Task<int> second = image.WriteAsync(20, Filled(2, 10)).AsTask();
        await gate.WaitForAsync(1);
        gate.Release("write 0+4096");
        await gate.WaitForAsync(1);
        gate.Release("write 0+4096");
        await Task.WhenAll(first, second);

        var read = new byte[30];
        await image.ReadAsync(0, read);

        Assert.Equal([.. Filled(1, 10), .. new byte[10], .. Filled(2, 10)], read);
    });

    [Fact]
    public Task Read_waits_for_an_overlapping_write_and_sees_it() => WithGateAsync(async (image, gate) =>
    {
        Task<int> write = image.WriteAsync(0, Filled(1, 4096)).AsTask();
        var read = new byte[4096];
        Task<int> reading = image.ReadAsync(0, read).AsTask();
        Assert.False(reading.IsCompleted);

        gate.Release("write 0+4096");
        await Task.WhenAll(write, reading);

        Assert.Equal(Filled(1, 4096), read);
    });

    [Fact]
    public async Task Reads_do_not_wait_for_reads()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await pool.CreateImageAsync("image", 1 << 20);
        await using Image image = await IoTests.OpenInterceptedAsync(pool, interceptor);
        var gate = new Gate(interceptor, call => call.StartsWith("read", StringComparison.Ordinal));

        Task<int> first = image.ReadAsync(0, new byte[4096]).AsTask();
        Task<int> second = image.ReadAsync(0, new byte[8192]).AsTask();

        Assert.Equal(2, gate.Held.Count);
        gate.Release("read 0+4096");
        gate.Release("read 0+8192");
        await Task.WhenAll(first, second);
    }

    [Fact]
    public Task Failed_request_lets_its_followers_go() => WithGateAsync(async (image, gate) =>
    {
        Task<int> first = image.WriteAsync(0, Filled(1, 4096)).AsTask();
        Task<ulong>[] followers = Enumerable.Range(0, 5000).Select(_ => image.DiscardAsync(0, 4096).AsTask()).ToArray();

        gate.Release("write 0+4096");

        await first;
        Assert.All(await Task.WhenAll(followers), discarded => Assert.Equal(4096ul, discarded));
    });

    [Fact]
    public Task Flush_waits_for_writes_before_it_only() => WithGateAsync(async (image, gate) =>
    {
        Task<int> before = image.WriteAsync(0, Filled(1, 4096)).AsTask();
        Task flush = image.FlushAsync().AsTask();
        Task<int> after = image.WriteAsync(4096, Filled(1, 4096)).AsTask();
        Assert.Equal(2, gate.Held.Count);

        gate.Release("write 0+4096");
        await before;
        await flush;

        Assert.False(after.IsCompleted);
        gate.Release("write 4096+4096");
        await after;
    });

    [Fact]
    public Task Close_waits_for_requests_in_flight() => WithGateAsync(async (image, gate) =>
    {
        Task<int> first = image.WriteAsync(0, Filled(1, 4096)).AsTask();
        Task<int> second = image.WriteAsync(0, Filled(2, 4096)).AsTask();

        Task closing = image.CloseAsync();
        Assert.False(closing.IsCompleted);
        gate.Release("write 0+4096");
        await gate.WaitForAsync(1);
        gate.Release("write 0+4096");

        await closing;
        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
    });

    [Fact]
    public Task Shrink_waits_for_writes_in_the_cut_part() => WithGateAsync(async (image, gate) =>
    {
        Task<int> write = image.WriteAsync(8192, Filled(9, 4096)).AsTask();
        Task resize = image.ResizeAsync(4096, allowShrink: true, null, CancellationToken.None);
        Assert.False(resize.IsCompleted);

        gate.Release("write 8192+4096");
        await write;
        await resize;
        await image.ResizeAsync(1 << 20, allowShrink: true, null, CancellationToken.None);

        var read = new byte[4096];
        await image.ReadAsync(8192, read);
        Assert.Equal(new byte[4096], read);
    });

    private static byte[] Filled(byte value, int length) => Enumerable.Repeat(value, length).ToArray();

    private static async Task WithGateAsync(Func<Image, Gate, Task> test)
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await pool.CreateImageAsync("image", 1 << 20);
        await using Image image = await IoTests.OpenInterceptedAsync(pool, interceptor);
        await image.Ownership.TakeAsync(CancellationToken.None);
        var gate = new Gate(interceptor, call => call.StartsWith("write", StringComparison.Ordinal));
        await test(image, gate);
    }
}
