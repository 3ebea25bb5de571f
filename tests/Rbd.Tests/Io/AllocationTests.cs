using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

[Collection(Alone.Name)]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Rounds = 2000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Aligned_requests_allocate_nothing_in_the_steady_state(bool isCurve)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(1 << 20);
        var buffer = new byte[4096];
        Memory<byte>[] pieces = [buffer.AsMemory(0, 1024), buffer.AsMemory(1024)];
        await image.Ownership.TakeAsync(CancellationToken.None);
        Round();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            Round();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        // The store answers at once, so everything happens on this thread.
        void Round()
        {
            Done(image.WriteAsync(4096, buffer));
            Done(image.ReadAsync(4096, buffer));
            Done(image.WriteAsync(8192, new IoVector(pieces, 4096)));
            ValueTask flush = image.FlushAsync();
            Assert.True(flush.IsCompletedSuccessfully);
            flush.GetAwaiter().GetResult();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public async Task Requests_on_the_embedded_store_allocate_nothing_in_the_steady_state(int depth)
    {
        const int rounds = 2000;
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(1 << 20);
        await image.Ownership.TakeAsync(CancellationToken.None);
        await image.FlushAsync(); // ends write-through
        var buffers = new byte[depth][];
        for (int i = 0; i < depth; i++)
            buffers[i] = new byte[4096];
        var requests = new ValueTask<int>[depth];
        await RunAsync(200);

        // The best of several: on a busy machine the runtime's own work falls into some of them.
        long allocated = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(rounds);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        output.WriteLine($"{allocated} bytes for {2 * rounds * depth} requests");
        // The test's own state machines, not something for each request.
        Assert.True(allocated < 2 * rounds * depth, $"{allocated} bytes for {2 * rounds * depth} requests");

#pragma warning disable CA2012 // Many requests in flight are the point, and each is awaited once.
        async Task RunAsync(int count)
        {
            for (int round = 0; round < count; round++)
            {
                for (int i = 0; i < depth; i++)
                    requests[i] = image.WriteAsync((ulong)(i * 4096), buffers[i]);
                for (int i = 0; i < depth; i++)
                    await requests[i];
                for (int i = 0; i < depth; i++)
                    requests[i] = image.ReadAsync((ulong)(i * 4096), buffers[i]);
                for (int i = 0; i < depth; i++)
                    await requests[i];
            }
        }
#pragma warning restore CA2012
    }

    private static void Done(ValueTask<int> request)
    {
        if (!request.IsCompletedSuccessfully)
            throw new InvalidOperationException("the store was expected to answer at once");
        request.GetAwaiter().GetResult();
    }
}
