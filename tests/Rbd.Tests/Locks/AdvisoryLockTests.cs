using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class AdvisoryLockTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Exclusive_lock_is_held_by_one_client_with_one_cookie()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);

        await image.Locks.LockExclusiveAsync("id1", None);

        await Refused.WithAsync(Errno.EEXIST, () => image.Locks.LockExclusiveAsync("id1", None));
        await Refused.WithAsync(Errno.EBUSY, () => image.Locks.LockExclusiveAsync("id2", None));
        await Refused.WithAsync(Errno.EBUSY, () => image.Locks.LockSharedAsync("id2", "tag", None));
        await Refused.WithAsync(Errno.EBUSY, () => other.Locks.LockExclusiveAsync("id1", None));
        AdvisoryLockState state = await other.Locks.GetAsync(None);
        Assert.True(state.IsExclusive);
        Assert.Equal(new AdvisoryLockOwner($"client.{pool.Io.Cluster.InstanceId}", "id1", pool.Io.Cluster.Address), Assert.Single(state.Owners));
    }

    [Fact]
    public async Task Shared_lock_is_held_by_all_with_one_tag()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);

        await image.Locks.LockSharedAsync("id1", "tag", None);
        await image.Locks.LockSharedAsync("id2", "tag", None);
        await other.Locks.LockSharedAsync("id1", "tag", None);

        await Refused.WithAsync(Errno.EEXIST, () => image.Locks.LockSharedAsync("id1", "tag", None));
        await Refused.WithAsync(Errno.EBUSY, () => other.Locks.LockSharedAsync("id2", "another tag", None));
        await Refused.WithAsync(Errno.EBUSY, () => other.Locks.LockExclusiveAsync("id3", None));
        AdvisoryLockState state = await image.Locks.GetAsync(None);
        Assert.Equal((false, (ByteName)"tag", 3), (state.IsExclusive, state.Tag, state.Owners.Count));
    }

    [Fact]
    public async Task Unlock_lets_others_lock()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);
        await image.Locks.LockExclusiveAsync("id", None);
        await Refused.WithAsync(Errno.ENOENT, () => other.Locks.UnlockAsync("id", None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Locks.UnlockAsync("another", None));

        await image.Locks.UnlockAsync("id", None);

        Assert.Empty((await image.Locks.GetAsync(None)).Owners);
        await other.Locks.LockSharedAsync("id", "tag", None);
    }

    [Fact]
    public async Task Lock_outlives_its_holder()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        IoContext io = await pool.ConnectAnotherAsync();
        Image dead = await OpenElsewhereAsync(io);
        await dead.Locks.LockExclusiveAsync("id", None);

        await TestPool.KillAsync(io);

        await Refused.WithAsync(Errno.EBUSY, () => image.Locks.LockExclusiveAsync("id", None));
    }

    [Fact]
    public async Task Break_frees_the_lock_and_fences_its_holder()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000, Without(ImageFeatures.ExclusiveLock));
        IoContext io = await pool.ConnectAnotherAsync();
        await using Image victim = await OpenElsewhereAsync(io);
        await victim.WriteAsync(0, new byte[] { 1 });
        await victim.Locks.LockExclusiveAsync("id", None);
        string client = $"client.{io.Cluster.InstanceId}";
        await Refused.WithAsync(Errno.ENOENT, () => image.Locks.BreakAsync(client, "another", None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Locks.BreakAsync("client.99999", "id", None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Locks.BreakAsync("osd.1", "id", None));
        await Refused.WithAsync(Errno.EINVAL, () => image.Locks.BreakAsync("somebody", "id", None));

        await image.Locks.BreakAsync(client, "id", None);

        Assert.Empty((await image.Locks.GetAsync(None)).Owners);
        Assert.True(await pool.Io.Cluster.Blocklist.ContainsAsync(io.Cluster.Address, None));
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.WriteAsync(0, new byte[] { 1 }).AsTask());
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.Locks.LockExclusiveAsync("id", None));
        Assert.Single(await image.ListWatchersAsync(None));
        await image.WriteAsync(0, new byte[] { 2 });
    }

    [Fact]
    public async Task Break_without_fencing_frees_the_lock_only()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        pool.Io.Cluster.Conf.Set("rbd_blocklist_on_break_lock", "false");
        await using Image image = await pool.CreateAndOpenAsync(1000, Without(ImageFeatures.ExclusiveLock));
        IoContext io = await pool.ConnectAnotherAsync();
        await using Image holder = await OpenElsewhereAsync(io);
        await holder.Locks.LockExclusiveAsync("id", None);

        await image.Locks.BreakAsync($"client.{io.Cluster.InstanceId}", "id", None);

        await holder.WriteAsync(0, new byte[] { 1 });
        await holder.Locks.LockExclusiveAsync("id", None);
    }

    [Fact]
    public async Task Break_of_the_own_lock_frees_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await image.Locks.LockExclusiveAsync("id", None);

        await image.Locks.BreakAsync($"client.{pool.Io.Cluster.InstanceId}", "id", None);

        await image.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task Owner_is_shown_as_the_holder()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);
        await image.WriteAsync(0, new byte[] { 1 });

        AdvisoryLockState state = await other.Locks.GetAsync(None);

        Assert.True(state.IsExclusive);
        Assert.Equal("internal", state.Tag);
        AdvisoryLockOwner owner = Assert.Single(state.Owners);
        Assert.StartsWith("auto ", owner.Cookie.ToString(), StringComparison.Ordinal);
        Assert.Equal(pool.Io.Cluster.Address, owner.Address);
        await Refused.WithAsync(Errno.EBUSY, () => other.Locks.LockExclusiveAsync("id", None));
    }

    [Fact]
    public async Task Break_of_the_owner_as_a_holder_fences_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image owner = await OpenElsewhereAsync(pool);
        await owner.WriteAsync(0, new byte[] { 1 });
        AdvisoryLockOwner holder = (await image.Locks.GetAsync(None)).Owners[0];

        await image.Locks.BreakAsync(holder.Client, holder.Cookie, None);

        await image.WriteAsync(0, new byte[] { 2 });
        await Refused.WithAsync(Errno.ESHUTDOWN, () => owner.WriteAsync(0, new byte[] { 1 }).AsTask());
    }

    [Fact]
    public async Task Lock_keeps_all_from_writing_an_image_with_the_feature()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await image.Locks.LockExclusiveAsync("id", None);

        await Refused.WithAsync(Errno.EBUSY, () => image.WriteAsync(0, new byte[] { 1 }).AsTask());

        await image.Locks.UnlockAsync("id", None);
        await image.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task ReadOnly_handle_locks()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await image.Locks.LockSharedAsync("id", "tag", None);

        Assert.Single((await image.Locks.GetAsync(None)).Owners);
        await image.Locks.UnlockAsync("id", None);
    }

    private static ImageOptions Without(ulong features)
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering & ~features);
        return options;
    }

    private static async Task<Image> OpenElsewhereAsync(TestPool pool) => await OpenElsewhereAsync(await pool.ConnectAnotherAsync());

    private static Task<Image> OpenElsewhereAsync(IoContext io) => Image.OpenAsync(io, "image", null, readOnly: false, None);
}
