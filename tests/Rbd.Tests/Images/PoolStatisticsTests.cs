using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class PoolStatisticsTests
{
    [Fact]
    public async Task Get_counts_images_of_all_namespaces_and_found_volumes()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdNamespaces.CreateAsync(pool.Io, "ns", CancellationToken.None);
        await pool.CreateImageAsync("one", 100);
        await ImageDirectory.CreateAsync(pool.InNamespace("ns"), "two", 20, new ImageOptions(), CancellationToken.None);
        await pool.Volumes.CreateAsync(new VolumePath(pool.Io.Pool.Directory, "three", "admin"), 3, CancellationToken.None);

        PoolStatistics statistics = await PoolStatistics.GetAsync(pool.Io, CancellationToken.None);

        Assert.Equal(new PoolStatistics(3, 123, 123, 0, 0, 0, 0, 0), statistics);
    }
}
