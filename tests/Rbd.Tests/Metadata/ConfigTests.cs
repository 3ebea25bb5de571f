namespace CurveRbd.Rbd.Tests;

public sealed class ConfigTests
{
    [Fact]
    public async Task List_tells_the_value_in_force_and_who_set_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);
        pool.Io.Cluster.Conf.Set("rbd_qos_bps_limit", "1");
        await PoolMetadata.Of(pool.Io).SetAsync("conf_rbd_qos_iops_limit", "2", CancellationToken.None);
        await PoolMetadata.Of(pool.Io).SetAsync("conf_rbd_qos_read_iops_limit", "2", CancellationToken.None);
        await image.Metadata.SetAsync("conf_rbd_qos_iops_limit", "3", CancellationToken.None);

        IReadOnlyList<ConfigOption> options = await ImageConfig.ListAsync(image, CancellationToken.None);

        Assert.Contains(new ConfigOption("rbd_qos_bps_limit", "1", ConfigSource.Config), options);
        Assert.Contains(new ConfigOption("rbd_qos_read_iops_limit", "2", ConfigSource.Pool), options);
        Assert.Contains(new ConfigOption("rbd_qos_iops_limit", "3", ConfigSource.Image), options);
        Assert.Contains(new ConfigOption("rbd_qos_write_bps_burst", "0", ConfigSource.Config), options);
        Assert.Contains(
            new ConfigOption("rbd_qos_iops_limit", "2", ConfigSource.Pool), await ImageConfig.ListAsync(pool.Io, CancellationToken.None));
    }
}
