using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task Set_get_overwrite_remove()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);

        await SetAsync(image.Metadata, "key", "one");
        await SetAsync(image.Metadata, "key", "");
        Assert.Equal("", (await image.Metadata.GetAsync("key", CancellationToken.None)).ToString());
        await image.Metadata.RemoveAsync("key", CancellationToken.None);

        await Refused.WithAsync(Errno.ENOENT, () => image.Metadata.GetAsync("key", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Metadata.RemoveAsync("key", CancellationToken.None));
    }

    [Fact]
    public async Task Any_bytes_come_back()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);
        ByteName key = ByteName.FromBytes([0xff, (byte)'/', 1]);
        ByteName value = ByteName.FromBytes([0x80, 0xfe, (byte)'"', 10]);

        await image.Metadata.SetAsync(key, value, CancellationToken.None);

        Assert.Equal(value, await image.Metadata.GetAsync(key, CancellationToken.None));
        Assert.Equal(KeyValuePair.Create(key, value), Assert.Single(await image.Metadata.ListAsync(default, 0, CancellationToken.None)));
    }

    [Theory]
    [InlineData("", 0, "- a b ~")]
    [InlineData("a", 0, "b ~")]
    [InlineData("", 2, "- a")]
    [InlineData("zz", 0, "~")]
    [InlineData("~", 0, "")]
    public async Task List_is_after_start_in_byte_order(string start, ulong max, string expected)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);
        foreach (string key in (string[])["b", "~", "a", "-"])
            await SetAsync(image.Metadata, key, "v");

        var pairs = await image.Metadata.ListAsync(start, max, CancellationToken.None);

        Assert.Equal(expected, string.Join(' ', pairs.Select(pair => pair.Key)));
    }

    [Theory]
    [InlineData("conf_nonsense", "1")]
    [InlineData("conf_rbd_cache", "perhaps")]
    [InlineData("conf_rbd_qos_iops_limit", "many")]
    public async Task Override_of_an_unknown_option_or_with_a_bad_value_is_EINVAL(string key, string value)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);

        await Refused.WithAsync(Errno.EINVAL, () => SetAsync(image.Metadata, key, value));
        await Refused.WithAsync(Errno.EINVAL, () => SetAsync(PoolMetadata.Of(pool.Io), key, value));
    }

    [Fact]
    public async Task Override_of_a_known_option_is_kept()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);

        await SetAsync(image.Metadata, "conf_rbd_qos_iops_limit", "100");

        Assert.Equal("100", (await image.Metadata.GetAsync("conf_rbd_qos_iops_limit", CancellationToken.None)).ToString());
    }

    [Fact]
    public async Task Read_only_is_EROFS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await Refused.WithAsync(Errno.EROFS, () => SetAsync(image.Metadata, "key", "value"));
        await Refused.WithAsync(Errno.EROFS, () => image.Metadata.RemoveAsync("key", CancellationToken.None));
    }

    [Fact]
    public async Task Pool_has_its_own_pairs()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1);

        await SetAsync(PoolMetadata.Of(pool.Io), "key", "pool");

        Assert.Equal("pool", (await PoolMetadata.Of(pool.Io).GetAsync("key", CancellationToken.None)).ToString());
        Assert.Empty(await image.Metadata.ListAsync(default, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Change_calls_update_watches_of_other_clients()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1);
        await using Image theirs = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);
        var updated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable watch = theirs.WatchUpdates(() => updated.TrySetResult());

        await SetAsync(mine.Metadata, "key", "value");

        await updated.Task;
    }

    private static Task SetAsync(ImageMetadata metadata, string key, string value) =>
        metadata.SetAsync(key, value, CancellationToken.None);
}
