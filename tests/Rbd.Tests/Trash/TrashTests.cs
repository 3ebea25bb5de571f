using CurveRbd.Rados;
using CurveRbd.Store;
using Microsoft.Extensions.Time.Testing;

namespace CurveRbd.Rbd.Tests;

public sealed class TrashTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Move_takes_the_name_and_keeps_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id;
        await using (Image image = await pool.CreateAndOpenAsync(100))
        {
            id = image.Id;
            await image.WriteAsync(0, "kept"u8.ToArray());
        }

        await MoveAsync(pool.Io, "image", s_hour);

        Assert.Empty(await pool.ListAsync());
        await Refused.WithAsync(Errno.ENOENT, () => pool.OpenAsync("image"));
        await Refused.WithAsync(Errno.ENOENT, () => pool.RemoveAsync("image"));
        Assert.Equal("kept", await ReadAsync(pool.Io, id));
        TrashEntry entry = Assert.Single(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
        Assert.Equal((id, (ByteName)"image", TrashSource.User), (entry.Id, entry.Name, entry.Source));
        Assert.Equal(s_hour, entry.DeferredUntil - entry.DeletedAt);
        Assert.Equal(entry, await ImageTrash.GetAsync(pool.Io, id, CancellationToken.None));
    }

    [Fact]
    public async Task Move_of_an_open_image_lets_its_user_go_on()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100);

        await MoveAsync(pool.Io, "image", TimeSpan.Zero);

        await image.WriteAsync(0, "late"u8.ToArray());
        await image.ResizeAsync(200, allowShrink: false, null, CancellationToken.None);
        Assert.Equal("late", await ReadAsync(pool.Io, image.Id));
    }

    [Fact]
    public async Task Moved_images_may_share_a_name_and_the_name_is_free()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);
        await MoveAsync(pool.Io, "image", s_hour);
        await pool.CreateImageAsync("image", 2);
        await MoveAsync(pool.Io, "image", s_hour);
        await pool.CreateImageAsync("image", 3);

        IReadOnlyList<TrashEntry> entries = await ImageTrash.ListAsync(pool.Io, CancellationToken.None);

        Assert.Equal(2, entries.Count);
        Assert.All(entries, entry => Assert.Equal("image", entry.Name));
        Assert.Equal(entries.OrderBy(entry => entry.Id, StringComparer.Ordinal), entries);
        Assert.Equal(["image"], await pool.ListAsync());
    }

    [Fact]
    public async Task Move_of_a_found_volume_keeps_it_from_being_found_again()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.Volumes.CreateAsync(new VolumePath(pool.Io.Pool.Directory, "found", "admin"), 10, CancellationToken.None);

        await MoveAsync(pool.Io, "found", s_hour);

        Assert.Empty(await pool.ListAsync());
        Assert.Single(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
    }

    [Fact]
    public async Task Move_with_an_endless_delay_is_the_end_of_time()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);

        await MoveAsync(pool.Io, "image", TimeSpan.MaxValue);

        Assert.Equal(DateTimeOffset.MaxValue, Assert.Single(await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).DeferredUntil);
    }

    [Theory]
    [InlineData("")]
    [InlineData("other")]
    public async Task Restore_gives_the_image_a_name_and_the_volume_follows(string name)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id = await CreateTrashedAsync(pool, "image", "back");

        await ImageTrash.RestoreAsync(pool.Io, id, name, CancellationToken.None);

        string restored = name.Length == 0 ? "image" : name;
        Assert.Equal([restored], await pool.ListAsync());
        Assert.Equal([restored], await pool.ListVolumesAsync());
        Assert.Empty(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
        Assert.Equal("back", await ReadAsync(pool.Io, id));
    }

    [Fact]
    public async Task Restore_onto_a_taken_name_is_EEXIST()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id = await CreateTrashedAsync(pool, "image", "back");
        await pool.CreateImageAsync("image", 1);
        await pool.Volumes.CreateAsync(new VolumePath(pool.Io.Pool.Directory, "found", "admin"), 10, CancellationToken.None);

        await Refused.WithAsync(Errno.EEXIST, () => ImageTrash.RestoreAsync(pool.Io, id, "", CancellationToken.None));
        await Refused.WithAsync(Errno.EEXIST, () => ImageTrash.RestoreAsync(pool.Io, id, "found", CancellationToken.None));

        Assert.Single(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
    }

    [Fact]
    public async Task Remove_before_its_time_is_EPERM_unless_forced()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id = await CreateTrashedAsync(pool, "image", "gone");

        await Refused.WithAsync(Errno.EPERM, () => RemoveAsync(pool.Io, id, force: false));
        Assert.Equal("gone", await ReadAsync(pool.Io, id));
        await RemoveAsync(pool.Io, id, force: true);

        await ExpectNothingAsync(pool);
    }

    [Fact]
    public async Task Remove_when_its_time_has_come()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        string id = await CreateTrashedAsync(pool, "image", "gone");
        await Refused.WithAsync(
            Errno.EPERM, () => ImageTrash.RemoveAsync(pool.Io, id, force: false, null, time, CancellationToken.None));

        time.Advance(s_hour + TimeSpan.FromMinutes(1));
        await ImageTrash.RemoveAsync(pool.Io, id, force: false, null, time, CancellationToken.None);

        await ExpectNothingAsync(pool);
    }

    [Fact]
    public async Task Remove_leaves_a_new_image_of_the_same_name_alone()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id = await CreateTrashedAsync(pool, "image", "gone");
        await using (Image image = await pool.CreateAndOpenAsync(10))
            await image.WriteAsync(0, "here"u8.ToArray());

        await RemoveAsync(pool.Io, id, force: true);

        Assert.Equal(["image"], await pool.ListAsync());
        await using Image left = await pool.OpenAsync("image");
        Assert.Equal("here", await ReadAsync(pool.Io, left.Id));
    }

    [Fact]
    public async Task Remove_of_an_open_image_is_EBUSY()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100);
        await MoveAsync(pool.Io, "image", TimeSpan.Zero);

        await Refused.WithAsync(Errno.EBUSY, () => RemoveAsync(pool.Io, image.Id, force: true));
    }

    [Theory]
    [InlineData("0123456789ab")]
    [InlineData("")]
    [InlineData("a/../b")]
    public async Task Unknown_id_is_ENOENT(string id)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.ENOENT, () => ImageTrash.GetAsync(pool.Io, id, CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => RemoveAsync(pool.Io, id, force: true));
        await Refused.WithAsync(Errno.ENOENT, () => ImageTrash.RestoreAsync(pool.Io, id, "name", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => MoveAsync(pool.Io, "none", s_hour));
    }

    [Fact]
    public async Task Image_that_is_not_in_the_trash_is_ENOENT_there()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id;
        await using (Image image = await pool.CreateAndOpenAsync(100))
            id = image.Id;

        await Refused.WithAsync(Errno.ENOENT, () => RemoveAsync(pool.Io, id, force: true));

        Assert.Equal(["image"], await pool.ListAsync());
    }

    [Fact]
    public async Task Purge_removes_what_has_expired_and_tells_what_is_in_use()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await CreateTrashedAsync(pool, "due", "data", TimeSpan.Zero);
        string later = await CreateTrashedAsync(pool, "later", "data");
        await using Image open = await pool.CreateAndOpenAsync(100, name: "open");
        await MoveAsync(pool.Io, "open", TimeSpan.Zero);

        await Refused.WithAsync(
            Errno.EBUSY, () => ImageTrash.PurgeAsync(pool.Io, DateTimeOffset.UtcNow, -1, null, CancellationToken.None));

        IReadOnlyList<TrashEntry> left = await ImageTrash.ListAsync(pool.Io, CancellationToken.None);
        Assert.Equal(new[] { later, open.Id }.Order(StringComparer.Ordinal), left.Select(entry => entry.Id));
    }

    [Fact]
    public async Task Purge_by_threshold_frees_what_was_deferred_least_first()
    {
        var volumes = new Store.InMemory.MemoryVolumes(TestPool.ByteLimits) { TotalBytes = 100_000 };
        await using TestPool pool = await TestPool.CreateAsync(volumes, new Store.InMemory.MemoryRecords());
        string last = await CreateTrashedAsync(pool, "last", "data", TimeSpan.FromHours(3), 12 * 4096);
        await CreateTrashedAsync(pool, "first", "data", s_hour, 4 * 4096);
        string second = await CreateTrashedAsync(pool, "second", "data", TimeSpan.FromHours(2), 4 * 4096);

        await ImageTrash.PurgeAsync(pool.Io, DateTimeOffset.MinValue, 0.7f, null, CancellationToken.None);

        Assert.Equal(
            new[] { last, second }.Order(StringComparer.Ordinal),
            (await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).Select(entry => entry.Id));
    }

    [Theory]
    [InlineData(-0.5f)]
    [InlineData(1.5f)]
    [InlineData(float.NaN)]
    public async Task Purge_with_an_impossible_threshold_is_EINVAL(float threshold)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(
            Errno.EINVAL, () => ImageTrash.PurgeAsync(pool.Io, DateTimeOffset.UtcNow, threshold, null, CancellationToken.None));
    }

    [Fact]
    public async Task Namespaces_have_their_own_trash_and_stay_while_it_is_full()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdNamespaces.CreateAsync(pool.Io, "ns", CancellationToken.None);
        IoContext inside = pool.InNamespace("ns");
        await ImageDirectory.CreateAsync(inside, "image", 1, new ImageOptions(), CancellationToken.None);
        await MoveAsync(inside, "image", s_hour);
        string id = Assert.Single(await ImageTrash.ListAsync(inside, CancellationToken.None)).Id;

        Assert.Empty(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => ImageTrash.RestoreAsync(pool.Io, id, "image", CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => RbdNamespaces.RemoveAsync(pool.Io, "ns", CancellationToken.None));
        await RemoveAsync(inside, id, force: true);

        await RbdNamespaces.RemoveAsync(pool.Io, "ns", CancellationToken.None);
    }

    [Fact]
    public async Task Remove_moves_to_the_trash_where_the_pool_says_so()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);
        ImageMetadata settings = PoolMetadata.Of(pool.Io);
        await settings.SetAsync("conf_rbd_move_to_trash_on_remove", "true", CancellationToken.None);
        await settings.SetAsync("conf_rbd_move_to_trash_on_remove_expire_seconds", "3600", CancellationToken.None);

        await pool.RemoveAsync("image");

        TrashEntry entry = Assert.Single(await ImageTrash.ListAsync(pool.Io, CancellationToken.None));
        Assert.Equal(s_hour, entry.DeferredUntil - entry.DeletedAt);
    }

    [Fact]
    public async Task Statistics_count_the_trash_apart()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 7);
        await CreateTrashedAsync(pool, "trashed", "data");

        PoolStatistics statistics = await PoolStatistics.GetAsync(pool.Io, CancellationToken.None);

        Assert.Equal(new PoolStatistics(1, 7, 7, 0, 1, 100, 100, 0), statistics);
    }

    private static Task MoveAsync(IoContext io, ByteName name, TimeSpan delay) =>
        ImageTrash.MoveAsync(io, name, TrashSource.User, delay, CancellationToken.None);

    private static Task RemoveAsync(IoContext io, string id, bool force) =>
        ImageTrash.RemoveAsync(io, id, force, null, CancellationToken.None);

    private static async Task<string> CreateTrashedAsync(
        TestPool pool, string name, string text, TimeSpan? delay = null, int size = 100)
    {
        string id;
        await using (Image image = await pool.CreateAndOpenAsync((ulong)size, name: name))
        {
            id = image.Id;
            var data = new byte[size];
            System.Text.Encoding.ASCII.GetBytes(text, data);
            await image.WriteAsync(0, data);
        }

        await MoveAsync(pool.Io, name, delay ?? s_hour);
        return id;
    }

    private static async Task<string> ReadAsync(IoContext io, string id)
    {
        await using Image image = await Image.OpenByIdAsync(io, id, null, readOnly: true, CancellationToken.None);
        var read = new byte[4];
        await image.ReadAsync(0, read);
        return System.Text.Encoding.ASCII.GetString(read);
    }

    private static async Task ExpectNothingAsync(TestPool pool)
    {
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }
}
