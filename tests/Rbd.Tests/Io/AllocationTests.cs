using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class AllocationTests
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

    private static void Done(ValueTask<int> request)
    {
        if (!request.IsCompletedSuccessfully)
            throw new InvalidOperationException("the store was expected to answer at once");
        request.GetAwaiter().GetResult();
    }
}
