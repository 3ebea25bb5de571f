using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class CreateTests
{
    [Fact]
    public async Task Create_defaults_gives_cephs_defaults()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        int order = await pool.CreateImageAsync("image", 1234567);

        await using Image image = await pool.OpenAsync("image");
        Assert.Equal(22, order);
        Assert.Equal(1234567ul, image.Size);
        Assert.Equal(1ul, image.ObjectCount);
        Assert.Equal(ImageFeatures.Default, image.Features);
        Assert.Equal(1ul << 22, image.StripeUnit);
        Assert.Equal(1ul, image.StripeCount);
        Assert.Equal(pool.Io.Pool.Id, image.DataPoolId);
        Assert.Matches("^[0-9a-f]{1,14}$", image.Id);
        Assert.Equal($"rbd_data.{image.Id}", image.BlockNamePrefix);
        Assert.Equal(0ul, image.OpFeatures);
        Assert.Equal(0ul, image.Flags);
    }

    [Fact]
    public async Task Create_plain_name_makes_the_volume_of_that_name()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);

        await pool.CreateImageAsync("vm-7.disk", 1);

        VolumeInfo volume = Assert.Single(await pool.Volumes.ListAsync(pool.Io.Pool.Directory, CancellationToken.None));
        Assert.Equal("vm-7.disk", volume.Name);
        Assert.Equal(10ul << 30, volume.Size);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b@c")]
    [InlineData(".hidden")]
    [InlineData("%rbd.1")]
    [InlineData("ü\n")]
    public async Task Create_any_bytes_come_back(string name)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await pool.CreateImageAsync(name, 1);

        Assert.Equal([name], await pool.ListAsync());
        await using Image image = await pool.OpenAsync(name);
        Assert.Equal(name, image.Name.ToString());
    }

    [Fact]
    public async Task Create_name_that_is_not_utf8_comes_back()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        ByteName name = ByteName.FromBytes([0xff, 0xfe, 0x80]);

        await pool.CreateImageAsync(name, 1);

        IReadOnlyList<ImageSpec> images = await ImageDirectory.ListAsync(pool.Io, CancellationToken.None);
        Assert.Equal(name, Assert.Single(images).Name);
        await using Image image = await Image.OpenByIdAsync(pool.Io, images[0].Id, null, readOnly: false, CancellationToken.None);
        Assert.Equal(name, image.Name);
    }

    [Fact]
    public async Task Create_name_longer_than_the_store_holds_is_kept_under_the_id()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var name = new string('x', 300);

        await pool.CreateImageAsync(name, 1);

        Assert.Equal([name], await pool.ListAsync());
        Assert.StartsWith("%rbd.", Assert.Single(await pool.ListVolumesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_taken_name_is_EEXIST()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);

        await Refused.WithAsync(Errno.EEXIST, () => pool.CreateImageAsync("image", 1));
    }

    [Fact]
    public async Task Create_empty_name_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("", 1));
    }

    [Fact]
    public async Task Create_name_of_3000_bytes_is_ENAMETOOLONG()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.ENAMETOOLONG, () => pool.CreateImageAsync(new string('x', 3000), 1));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(26)]
    [InlineData(64)]
    [InlineData(ulong.MaxValue)] // -1
    public async Task Create_order_out_of_range_is_EDOM(ulong order)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.EDOM, () => pool.CreateImageAsync("image", 1, Options((ImageOption.Order, order))));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(25)]
    public async Task Create_order_in_range_is_used(ulong order)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        int used = await pool.CreateImageAsync("image", 1, Options((ImageOption.Order, order)));

        Assert.Equal((int)order, used);
    }

    [Fact]
    public async Task Create_order_0_is_the_default()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        Assert.Equal(22, await pool.CreateImageAsync("image", 1, Options((ImageOption.Order, 0))));
    }

    [Theory]
    [InlineData(ImageOption.Features, 1ul << 12)]
    [InlineData(ImageOption.FeaturesSet, 1ul << 40)]
    public async Task Create_unknown_feature_is_ENOSYS(ImageOption option, ulong value)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.ENOSYS, () => pool.CreateImageAsync("image", 1, Options((option, value))));
    }

    [Theory]
    [InlineData(ImageFeatures.ObjectMap)]
    [InlineData(ImageFeatures.Journaling | ImageFeatures.Layering)]
    public async Task Create_features_without_exclusive_lock_are_EINVAL(ulong features)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("image", 1, Options((ImageOption.Features, features))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4 | 8, 4 | 8 | 16)]                  // object-map brings fast-diff
    [InlineData(1 | 16, 1)]                          // lone fast-diff is dropped
    [InlineData(1 | 2 | 128 | 256 | 512 | 1024 | 2048, 1)]
    [InlineData(31, 29)]                             // Cinder's backup images
    [InlineData(61, 61)]
    public async Task Create_features_are_fixed_up(ulong wanted, ulong expected)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await using Image image = await pool.CreateAndOpenAsync(1, Options((ImageOption.Features, wanted)));

        Assert.Equal(expected, image.Features);
    }

    [Fact]
    public async Task Create_features_set_and_clear_change_the_default()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await using Image image = await pool.CreateAndOpenAsync(
            1, Options((ImageOption.FeaturesSet, ImageFeatures.Journaling), (ImageOption.FeaturesClear, ImageFeatures.DeepFlatten)));

        Assert.Equal(1ul | 4 | 8 | 16 | 64, image.Features);
    }

    [Theory]
    [InlineData(65536, 0)]
    [InlineData(0, 4)]
    [InlineData(1 << 23, 2)]
    [InlineData(3000, 2)]
    public async Task Create_bad_striping_is_EINVAL(ulong unit, ulong count)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        ImageOptions options = Options((ImageOption.StripeUnit, unit), (ImageOption.StripeCount, count));

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("image", 1, options));
    }

    [Theory]
    [InlineData(0, 0, 1 << 22, 1, false)]
    [InlineData(1 << 22, 1, 1 << 22, 1, false)]
    [InlineData(65536, 4, 65536, 4, true)]
    [InlineData(65536, 1, 65536, 1, true)]
    public async Task Create_striping_sets_the_feature_when_it_differs(
        ulong unit, ulong count, ulong expectedUnit, ulong expectedCount, bool hasFeature)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        ImageOptions options = Options((ImageOption.StripeUnit, unit), (ImageOption.StripeCount, count));

        await using Image image = await pool.CreateAndOpenAsync(1, options);

        Assert.Equal((expectedUnit, expectedCount), (image.StripeUnit, image.StripeCount));
        Assert.Equal(hasFeature, (image.Features & ImageFeatures.StripingV2) != 0);
    }

    [Fact]
    public async Task Create_more_objects_than_a_map_holds_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("image", 1ul << 60));
    }

    [Fact]
    public async Task Create_larger_than_a_volume_is_EFBIG()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);

        await Refused.WithAsync(Errno.EFBIG, () => pool.CreateImageAsync("image", 1ul << 48, Options((ImageOption.Features, 1))));
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync(pool.Images.Keys.Claims, null, 0, CancellationToken.None));
    }

    [Theory]
    [InlineData(ImageOption.Format, 1)]
    [InlineData(ImageOption.Flatten, 1)]
    [InlineData(ImageOption.CloneFormat, 2)]
    public async Task Create_options_of_others_are_EINVAL(ImageOption option, ulong value)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("image", 1, Options((option, value))));
    }

    [Fact]
    public async Task Create_default_format_1_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        pool.Io.Cluster.Conf.Set("rbd_default_format", "1");

        await Refused.WithAsync(Errno.EINVAL, () => pool.CreateImageAsync("image", 1));
    }

    [Fact]
    public async Task Create_default_features_by_name_are_used()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        pool.Io.Cluster.Conf.Set("rbd_default_features", "layering,exclusive-lock");

        await using Image image = await pool.CreateAndOpenAsync(1);

        Assert.Equal(5ul, image.Features);
    }

    [Fact]
    public async Task Create_missing_data_pool_is_ENOENT()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.DataPool, "nowhere");

        await Refused.WithAsync(Errno.ENOENT, () => pool.CreateImageAsync("image", 1, options));
    }

    [Fact]
    public async Task Create_own_pool_as_data_pool_is_no_data_pool()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.DataPool, "pool");

        await using Image image = await pool.CreateAndOpenAsync(1, options);

        Assert.Equal(0ul, image.Features & ImageFeatures.DataPool);
    }

    [Fact]
    public async Task Create_data_pool_holds_the_volume_and_lists_no_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        Rados.IoContext data = await pool.CreatePoolAsync("data");
        var options = new ImageOptions();
        options.Set(ImageOption.DataPool, "data");

        await using Image image = await pool.CreateAndOpenAsync(1, options);

        Assert.Equal(data.Pool.Id, image.DataPoolId);
        Assert.Equal(ImageFeatures.DataPool, image.Features & ImageFeatures.DataPool);
        Assert.Equal($"rbd_data.{pool.Io.Pool.Id}.{image.Id}", image.BlockNamePrefix);
        Assert.Empty(await ImageDirectory.ListAsync(data, CancellationToken.None));
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Single(await pool.Volumes.ListAsync(data.Pool.Directory, CancellationToken.None));
        await image.CloseAsync();
        await pool.RemoveAsync("image");
        Assert.Empty(await pool.Volumes.ListAsync(data.Pool.Directory, CancellationToken.None));
    }

    [Fact]
    public async Task Create_deleted_pool_is_ENOENT()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.Io.Cluster.Pools.DeleteAsync("pool", CancellationToken.None);

        await Refused.WithAsync(Errno.ENOENT, () => pool.CreateImageAsync("image", 1));
    }

    private static ImageOptions Options(params (ImageOption Option, ulong Value)[] values)
    {
        var options = new ImageOptions();
        foreach ((ImageOption option, ulong value) in values)
            options.Set(option, value);
        return options;
    }
}
