using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DataPoolTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Volumes_of_images_whose_pool_was_deleted_go_when_the_data_pool_is_listed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext own = await pool.CreatePoolAsync("own");
        var options = new ImageOptions();
        options.Set(ImageOption.DataPool, (ByteName)"pool");
        await ImageDirectory.CreateAsync(own, "image", 1000, options, None);
        await pool.CreateImageAsync("stays", 1000);
        Assert.Equal(2, (await pool.ListVolumesAsync()).Count());

        await pool.Io.Cluster.Pools.DeleteAsync("own", None);

        Assert.Equal(["stays"], await pool.ListAsync());
        Assert.Equal(["stays"], await pool.ListVolumesAsync());
        Assert.Single(await pool.Records.RangeAsync(pool.Images.Keys.Claims, null, 0, None));
    }

    [Fact]
    public async Task Volumes_of_another_pools_images_stay_while_it_is_there()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext own = await pool.CreatePoolAsync("own");
        var options = new ImageOptions();
        options.Set(ImageOption.DataPool, (ByteName)"pool");
        await ImageDirectory.CreateAsync(own, "image", 1000, options, None);

        Assert.Empty(await pool.ListAsync());

        Assert.Single(await pool.ListVolumesAsync());
        await using Image image = await Image.OpenAsync(own, "image", null, readOnly: true, None);
        Assert.Equal(1000ul, image.Size);
    }
}
