using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Clients that others shut out.</summary>
public sealed class BreakTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task BreakAsync_fences_the_owner()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image victim = await OpenElsewhereAsync(pool);
        await victim.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        string owner = (await image.Ownership.GetOwnerAsync(None))!;

        await image.Ownership.BreakAsync(OwnershipMode.Exclusive, owner, None);

        Assert.Null(await image.Ownership.GetOwnerAsync(None));
        StorageException error = Assert.Throws<StorageException>(() => victim.Ownership.IsOwner);
        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.WriteAsync(0, new byte[] { 1 }).AsTask());
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.ReadAsync(0, new byte[1]).AsTask());
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.FlushAsync().AsTask());
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.Metadata.SetAsync("key", "value", None));
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.ResizeAsync(2000, allowShrink: false, null, None));
        await Refused.WithAsync(Errno.ESHUTDOWN, () => victim.Ownership.AcquireAsync(OwnershipMode.Exclusive, None));
        await image.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        await image.WriteAsync(0, new byte[] { 2 });
        await victim.CloseAsync();
    }

    [Fact]
    public async Task BreakAsync_of_nobody_or_another_is_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);
        await Refused.WithAsync(Errno.ENOENT, () => other.Ownership.BreakAsync(OwnershipMode.Exclusive, "127.0.0.1:0/1", None));
        await image.WriteAsync(0, new byte[] { 1 });

        await Refused.WithAsync(Errno.EBUSY, () => other.Ownership.BreakAsync(OwnershipMode.Exclusive, "127.0.0.1:0/999", None));
        await Refused.WithAsync(Errno.EOPNOTSUPP, () => other.Ownership.BreakAsync(OwnershipMode.Shared, pool.Io.Cluster.Address, None));
        await Refused.WithAsync(Errno.EINVAL, () => image.Ownership.BreakAsync(OwnershipMode.Exclusive, pool.Io.Cluster.Address, None));
    }

    [Fact]
    public async Task BreakAsync_without_fencing_only_takes_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        pool.Io.Cluster.Conf.Set("rbd_blocklist_on_break_lock", "false");
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);
        await other.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);

        await image.Ownership.BreakAsync(OwnershipMode.Exclusive, (await image.Ownership.GetOwnerAsync(None))!, None);
        await image.WriteAsync(0, new byte[] { 1 });

        Assert.False(other.Ownership.IsOwner);
        Assert.Equal(1, await other.ReadAsync(0, new byte[1]));
    }

    [Fact]
    public async Task Owner_that_does_not_answer_is_broken_all_the_same()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var hung = new OwnerRecord { Address = "127.0.0.1:0/77", ClientId = 77, Cookie = 1, IsExplicit = true };
        await pool.Records.CommitAsync(
            new RecordTransaction().Put(pool.Images.Keys.Owner(image.Id), Stored.Serialize(hung, RbdJsonContext.Default.OwnerRecord)), None);

        await image.Ownership.BreakAsync(OwnershipMode.Exclusive, "127.0.0.1:0/77", None);

        await image.WriteAsync(0, new byte[] { 1 });
        Assert.True(await pool.Io.Cluster.Blocklist.ContainsAsync("127.0.0.1:0/77", None));
    }

    [Fact]
    public async Task Client_on_the_blocklist_is_refused_until_it_is_taken_off()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext io = await pool.ConnectAnotherAsync();
        await pool.CreateImageAsync("image", 1000);
        await using Image image = await OpenElsewhereAsync(io);
        await image.WriteAsync(0, new byte[] { 1 });

        await pool.Io.Cluster.Blocklist.AddAsync(io.Cluster.Address, TimeSpan.Zero, None);
        await io.Cluster.Fence.RefreshAsync(None);

        await Refused.WithAsync(Errno.ESHUTDOWN, () => image.WriteAsync(0, new byte[] { 2 }).AsTask());
        await Refused.WithAsync(Errno.ESHUTDOWN, () => ImageDirectory.CreateAsync(io, "another", 1, new ImageOptions(), None));
        await Refused.WithAsync(Errno.ESHUTDOWN, () => ImageDirectory.RenameAsync(io, "image", "renamed", None));
        await pool.Io.Cluster.Blocklist.RemoveAsync(io.Cluster.Address, None);
        await io.Cluster.Fence.RefreshAsync(None);
        await image.WriteAsync(0, new byte[] { 3 });
        await Eventually.HoldsAsync(async () => (await image.ListWatchersAsync(None)).Count == 1);
    }

    [Fact]
    public async Task Commit_of_a_fenced_client_that_has_not_heard_of_it_is_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext io = await pool.ConnectAnotherAsync();
        await pool.Io.Cluster.Blocklist.AddAsync(io.Cluster.Address, TimeSpan.Zero, None);
        Assert.False(io.Cluster.Fence.IsFenced); // it watches nothing yet

        await Refused.WithAsync(Errno.ESHUTDOWN, () => io.Cluster.Records.CommitAsync(new RecordTransaction().Put("key", "1"u8.ToArray()), None).AsTask());

        Assert.Null(await pool.Records.GetAsync("key", None));
    }

    [Fact]
    public async Task Entry_whose_time_is_over_fences_nobody()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext io = await pool.ConnectAnotherAsync();
        await pool.Io.Cluster.Blocklist.AddAsync(io.Cluster.Address, TimeSpan.FromTicks(1), None);

        RecordCommit commit = await io.Cluster.Records.CommitAsync(new RecordTransaction().Put("key", "1"u8.ToArray()), None);

        Assert.True(commit.Succeeded);
        await using Image image = await CreateAndOpenAsync(io);
        await image.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task Reader_of_a_fenced_client_is_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext io = await pool.ConnectAnotherAsync();
        await pool.CreateImageAsync("image", 1000);
        await using Image image = await Image.OpenAsync(io, "image", null, readOnly: true, None);

        await pool.Io.Cluster.Blocklist.AddAsync(io.Cluster.Address, TimeSpan.Zero, None);
        await io.Cluster.Fence.RefreshAsync(None);

        await Refused.WithAsync(Errno.ESHUTDOWN, () => image.ReadAsync(0, new byte[1]).AsTask());
    }

    [Fact]
    public async Task Hung_client_on_the_blocklist_is_waited_for_by_nobody()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var hung = new WatcherRecord { Address = "127.0.0.1:0/77", ClientId = 77, Cookie = 1, SeenRevision = 0 };
        await pool.Records.CommitAsync(
            new RecordTransaction().Put(
                pool.Images.Keys.Watchers(image.Id) + "77.1", Stored.Serialize(hung, RbdJsonContext.Default.WatcherRecord)),
            None);
        await pool.Io.Cluster.Blocklist.AddAsync(hung.Address, TimeSpan.Zero, None);

        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None).WaitAsync(TimeSpan.FromSeconds(4), None);

        Assert.Single(await image.ListWatchersAsync(None));
        await image.Snapshots.RemoveAsync("s", SnapshotRemoveFlags.None, null, None);
        await image.CloseAsync();
        await pool.RemoveAsync("image");
    }

    [Fact]
    public async Task Locked_image_with_the_feature_is_not_removed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using (Image image = await pool.CreateAndOpenAsync(1000))
            await image.Locks.LockExclusiveAsync("id", None);

        await Refused.WithAsync(Errno.EBUSY, () => pool.RemoveAsync("image"));

        await using (Image image = await pool.OpenAsync("image"))
            await image.Locks.UnlockAsync("id", None);
        await pool.RemoveAsync("image");
    }

    private static async Task<Image> CreateAndOpenAsync(IoContext io)
    {
        await ImageDirectory.CreateAsync(io, "image", 1000, new ImageOptions(), None);
        return await OpenElsewhereAsync(io);
    }

    private static async Task<Image> OpenElsewhereAsync(TestPool pool) => await OpenElsewhereAsync(await pool.ConnectAnotherAsync());

    private static Task<Image> OpenElsewhereAsync(IoContext io) => Image.OpenAsync(io, "image", null, readOnly: false, None);
}
