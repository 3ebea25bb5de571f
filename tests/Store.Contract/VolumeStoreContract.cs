using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>What every volume store does with names. A test project derives from it once for each store.</summary>
public abstract class VolumeStoreContract : VolumeFixture
{
    [Fact]
    public async Task ListPoolsAsync_created_pools_are_listed()
    {
        await Store.CreatePoolAsync("second", None);

        IReadOnlyList<string> pools = await Store.ListPoolsAsync(None);

        Assert.Contains("pool", pools);
        Assert.Contains("second", pools);
    }

    [Fact]
    public async Task CreatePoolAsync_existing_pool_is_EEXIST() => await RefusedAsync(Errno.EEXIST, () => Store.CreatePoolAsync("pool", None));

    [Fact]
    public async Task DeletePoolAsync_pool_with_a_volume_is_ENOTEMPTY()
    {
        await CreateAsync("volume");

        await RefusedAsync(Errno.ENOTEMPTY, () => Store.DeletePoolAsync("pool", None));
    }

    [Fact]
    public async Task DeletePoolAsync_missing_pool_is_ENOENT() => await RefusedAsync(Errno.ENOENT, () => Store.DeletePoolAsync("none", None));

    [Fact]
    public async Task DeletePoolAsync_empty_pool_is_gone()
    {
        await Store.DeletePoolAsync("pool", None);

        Assert.DoesNotContain("pool", await Store.ListPoolsAsync(None));
    }

    [Fact]
    public async Task CreateAsync_taken_name_is_EEXIST()
    {
        await CreateAsync("volume");

        await RefusedAsync(Errno.EEXIST, () => CreateAsync("volume"));
    }

    [Fact]
    public async Task CreateAsync_missing_pool_is_ENOENT() =>
        await RefusedAsync(Errno.ENOENT, () => Store.CreateAsync(new VolumePath("none", "volume", "admin"), Size, None));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public async Task CreateAsync_what_is_no_name_is_EINVAL(string name) => await RefusedAsync(Errno.EINVAL, () => CreateAsync(name));

    [Fact]
    public async Task CreateAsync_overlong_name_is_ENAMETOOLONG() =>
        await RefusedAsync(Errno.ENAMETOOLONG, () => CreateAsync(new string('x', Store.Limits.NameLengthMax + 1)));

    [Fact]
    public async Task CreateAsync_longest_name_can_be_opened()
    {
        string name = new('x', Store.Limits.NameLengthMax);

        await CreateAsync(name);

        await using IVolume volume = await OpenAsync(name);
        Assert.Equal(Size, volume.Size);
    }

    [Fact]
    public async Task StatAsync_missing_volume_is_null() => Assert.Null(await Store.StatAsync(PathOf("none"), None));

    [Fact]
    public async Task StatAsync_volume_tells_name_and_size()
    {
        await CreateAsync("volume");

        VolumeInfo? info = await Store.StatAsync(PathOf("volume"), None);

        Assert.Equal("volume", info!.Name);
        Assert.Equal(Size, info.Size);
        Assert.InRange(info.Created, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task StatAsync_new_volume_occupies_next_to_nothing()
    {
        await CreateAsync("volume");

        VolumeInfo? info = await Store.StatAsync(PathOf("volume"), None);

        Assert.InRange(info!.Allocated, 0ul, 64 * 1024ul);
    }

    [Fact]
    public async Task ListAsync_pool_holds_its_volumes_only()
    {
        await Store.CreatePoolAsync("second", None);
        await CreateAsync("a");
        await CreateAsync("b%2F.c");
        await Store.CreateAsync(new VolumePath("second", "elsewhere", "admin"), Size, None);

        IReadOnlyList<VolumeInfo> volumes = await Store.ListAsync("pool", None);

        Assert.Equal(["a", "b%2F.c"], volumes.Select(volume => volume.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ListAsync_missing_pool_is_ENOENT() => await RefusedAsync(Errno.ENOENT, () => Store.ListAsync("none", None));

    [Fact]
    public async Task OpenAsync_missing_volume_is_ENOENT() => await RefusedAsync(Errno.ENOENT, () => OpenAsync("none"));

    [Fact]
    public async Task DeleteAsync_missing_volume_is_ENOENT() => await RefusedAsync(Errno.ENOENT, () => Store.DeleteAsync(PathOf("none"), None));

    [Fact]
    public async Task DeleteAsync_name_can_be_used_again_and_reads_as_zeros()
    {
        await CreateAsync("volume");
        await WriteAndCloseAsync("volume", 0, Pattern(Block, 1));

        await Store.DeleteAsync(PathOf("volume"), None);

        await CreateAsync("volume");
        await using IVolume again = await OpenAsync("volume");
        Assert.Equal(new byte[Block], await ReadAsync(again, 0, Block));
    }

    [Fact]
    public async Task DeleteAsync_open_volume_is_EBUSY_or_gives_errors_or_goes_on_without_a_name()
    {
        await CreateAsync("volume");
        await using IVolume open = await OpenAsync("volume");
        await open.WriteAsync(0, Pattern(Block, 1));

        bool isDeleted = await TryAsync(() => Store.DeleteAsync(PathOf("volume"), None), Errno.EBUSY);

        byte[]? read = await TryReadAsync(open, 0, Block);
        Assert.True((read is null && isDeleted) || read.AsSpan().SequenceEqual(Pattern(Block, 1)));
        Assert.Equal(isDeleted, await Store.StatAsync(PathOf("volume"), None) is null);
    }

    [Fact]
    public async Task RenameAsync_content_is_found_under_the_new_name_only()
    {
        await CreateAsync("old");
        await WriteAndCloseAsync("old", 0, Pattern(Block, 1));

        await Store.RenameAsync(PathOf("old"), "new", None);

        Assert.Null(await Store.StatAsync(PathOf("old"), None));
        await using IVolume volume = await OpenAsync("new");
        Assert.Equal(Pattern(Block, 1), await ReadAsync(volume, 0, Block));
    }

    [Fact]
    public async Task RenameAsync_taken_name_is_EEXIST_and_both_stay()
    {
        await CreateAsync("old");
        await CreateAsync("new");
        await WriteAndCloseAsync("new", 0, Pattern(Block, 2));

        await RefusedAsync(Errno.EEXIST, () => Store.RenameAsync(PathOf("old"), "new", None));

        Assert.NotNull(await Store.StatAsync(PathOf("old"), None));
        await using IVolume volume = await OpenAsync("new");
        Assert.Equal(Pattern(Block, 2), await ReadAsync(volume, 0, Block));
    }

    [Fact]
    public async Task RenameAsync_missing_volume_is_ENOENT() =>
        await RefusedAsync(Errno.ENOENT, () => Store.RenameAsync(PathOf("none"), "new", None));

    [Fact]
    public async Task CreateAsync_many_at_once_one_wins()
    {
        Task<bool>[] creations = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => TryAsync(() => CreateAsync("volume"), Errno.EEXIST)))];

        bool[] won = await Task.WhenAll(creations);

        Assert.Equal(1, won.Count(each => each));
    }

    [Fact]
    public async Task GetStatusAsync_store_has_an_id_and_space()
    {
        StoreStatus status = await Store.GetStatusAsync(None);

        Assert.Equal(Guid.Parse(status.Fsid).ToString(), status.Fsid);
        Assert.True(status.TotalBytes > 0);
        Assert.True(status.UsedBytes <= status.TotalBytes);
        Assert.True(status.AvailableBytes <= status.TotalBytes);
        Assert.NotEmpty(status.Monitors);
        Assert.NotEmpty(status.Nodes);
    }

    private async Task WriteAndCloseAsync(string name, ulong offset, byte[] bytes)
    {
        await using IVolume volume = await OpenAsync(name);
        await volume.WriteAsync(offset, bytes);
    }

    private static async Task<bool> TryAsync(Func<Task> action, Errno refusal)
    {
        try
        {
            await action();
            return true;
        }
        catch (StorageException error) when (error.Errno == refusal)
        {
            return false;
        }
    }

    private static async Task<byte[]?> TryReadAsync(IVolume volume, ulong offset, int length)
    {
        try
        {
            return await ReadAsync(volume, offset, length);
        }
        catch (StorageException)
        {
            return null;
        }
    }
}
