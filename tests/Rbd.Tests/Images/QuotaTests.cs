using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>A pool whose quota is used up gets no more; what it has stays usable.</summary>
public sealed class QuotaTests
{
    private const ulong Size = 1 << 20;

    [Fact]
    public async Task Create_and_grow_in_a_full_pool_are_EDQUOT_and_writes_go_on()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, new byte[] { 1 });
        await SetAsync(pool, current => current with { QuotaMaxObjects = 1 });

        StorageException create = await Assert.ThrowsAsync<StorageException>(() => CreateAsync(pool, "another"));
        StorageException grow = await Assert.ThrowsAsync<StorageException>(() => image.ResizeAsync(2 * Size, true, null, CancellationToken.None));
        await image.WriteAsync(0, new byte[] { 2 });
        await image.ResizeAsync(Size / 2, true, null, CancellationToken.None);

        Assert.Equal((Errno.EDQUOT, Errno.EDQUOT), (create.Errno, grow.Errno));
    }

    [Fact]
    public async Task Create_counts_the_bytes_that_are_stored()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await SetAsync(pool, current => current with { QuotaMaxBytes = Size });

        await CreateAsync(pool, "fits");
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, (int)Size).ToArray());
        await image.FlushAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => CreateAsync(pool, "another"));
        Assert.Equal(Errno.EDQUOT, error.Errno);
    }

    private static Task<Pool> SetAsync(TestPool pool, Func<Pool, Pool> change) =>
        pool.Io.Cluster.Pools.UpdateAsync(pool.Io.Pool.Name, change, CancellationToken.None);

    private static Task<int> CreateAsync(TestPool pool, string name) =>
        pool.CreateImageAsync(name, Size);
}
