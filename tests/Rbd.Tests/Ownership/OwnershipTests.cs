using System.Collections.Concurrent;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class OwnershipTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Write_takes_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        Assert.False(image.Ownership.IsOwner);
        Assert.Null(await image.Ownership.GetOwnerAsync(None));

        await image.WriteAsync(0, new byte[] { 1 });

        Assert.True(image.Ownership.IsOwner);
        Assert.Equal(pool.Io.Cluster.Address, await image.Ownership.GetOwnerAsync(None));
    }

    [Fact]
    public async Task Read_and_flush_take_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);

        await image.ReadAsync(0, new byte[10]);
        await image.FlushAsync();

        Assert.Null(await image.Ownership.GetOwnerAsync(None));
    }

    [Fact]
    public async Task Reading_much_of_layers_takes_a_free_image_and_gives_it_to_a_writer()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image reader = await pool.CreateAndOpenAsync(1000);
        await using Image writer = await OpenElsewhereAsync(pool);
        await writer.WriteAsync(0, new byte[] { 1 });
        await writer.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await ReadOftenAsync(reader);
        Assert.False(reader.Ownership.IsOwner);
        await writer.CloseAsync();

        for (int i = 0; i < 1000 && !reader.Ownership.IsOwner; i++)
            await ReadOftenAsync(reader);
        Assert.True(reader.Ownership.IsOwner);
        await using Image next = await OpenElsewhereAsync(pool);
        await next.WriteAsync(0, new byte[] { 2 });
        await next.FlushAsync();
        var read = new byte[1];
        await reader.ReadAsync(0, read);

        Assert.True(next.Ownership.IsOwner);
        Assert.Equal(2, read[0]);

        static async Task ReadOftenAsync(Image image)
        {
            for (int i = 0; i < 100; i++)
                await image.ReadAsync(0, new byte[10]);
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Two_writers_take_turns_and_lose_nothing()
    {
        const int rounds = 50;
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image first = await pool.CreateAndOpenAsync(2 * rounds);
        await using Image second = await OpenElsewhereAsync(pool);

        await Task.WhenAll(WriteAsync(first, 0), WriteAsync(second, rounds));

        var read = new byte[2 * rounds];
        await first.ReadAsync(0, read);
        Assert.Equal(Enumerable.Range(0, 2 * rounds).Select(i => (byte)(i + 1)), read);

        static async Task WriteAsync(Image image, int from)
        {
            for (int i = from; i < from + rounds; i++)
                await image.WriteAsync((ulong)i, new[] { (byte)(i + 1) });
        }
    }

    [Fact]
    public async Task Idle_owner_hands_over_to_the_next_writer()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image first = await pool.CreateAndOpenAsync(1000);
        await using Image second = await OpenElsewhereAsync(pool);
        await first.WriteAsync(0, new byte[] { 1 });

        await second.WriteAsync(1, new byte[] { 2 });

        Assert.False(first.Ownership.IsOwner);
        Assert.True(second.Ownership.IsOwner);
    }

    [Fact]
    public async Task Writers_that_never_rest_all_get_their_turns()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image first = await pool.CreateAndOpenAsync(1000);
        await using Image second = await OpenElsewhereAsync(pool);
        await using Image third = await OpenElsewhereAsync(pool);
        Image[] writers = [first, second, third];
        var done = new int[writers.Length];
        var order = new ConcurrentQueue<int>();

        await Task.WhenAll(Enumerable.Range(0, writers.Length).Select(i => Task.Run(() => WriteAsync(i), None)))
            .WaitAsync(TimeSpan.FromSeconds(30), None);

        // A turn is long against a write: nobody gives up after each.
        int turns = order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second);
        Assert.InRange(turns, writers.Length - 1, order.Count / 4);

        // Until everybody has written.
        async Task WriteAsync(int i)
        {
            while (done.Min() < 100)
            {
                await writers[i].WriteAsync((ulong)i, new byte[] { 1 });
                order.Enqueue(i);
                done[i]++;
            }
        }
    }

    [Fact]
    public async Task AcquireAsync_keeps_others_from_writing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);

        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);

        await Refused.WithAsync(Errno.EROFS, () => theirs.WriteAsync(0, new byte[] { 1 }).AsTask());
        await Refused.WithAsync(Errno.EROFS, () => theirs.DiscardAsync(0, 10).AsTask());
        await Refused.WithAsync(Errno.EROFS, () => theirs.FlushAsync().AsTask());
        await Refused.WithAsync(Errno.EROFS, () => theirs.Ownership.AcquireAsync(OwnershipMode.Exclusive, None));
        Assert.Equal(10, await theirs.ReadAsync(0, new byte[10]));
        await mine.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task AcquireAsync_takes_the_image_from_an_owner_that_writes_by_itself()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await theirs.WriteAsync(0, new byte[] { 1 });

        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);

        Assert.True(mine.Ownership.IsOwner);
        await Refused.WithAsync(Errno.EROFS, () => theirs.WriteAsync(0, new byte[] { 1 }).AsTask());
    }

    [Fact]
    public async Task AcquireAsync_of_an_owner_keeps_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.WriteAsync(0, new byte[] { 1 });

        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);

        await Refused.WithAsync(Errno.EROFS, () => theirs.WriteAsync(0, new byte[] { 1 }).AsTask());
    }

    [Fact]
    public async Task ReleaseAsync_lets_others_write_and_this_handle_no_more()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);

        await mine.Ownership.ReleaseAsync(None);

        await theirs.WriteAsync(0, new byte[] { 1 });
        await Refused.WithAsync(Errno.EROFS, () => mine.WriteAsync(0, new byte[] { 1 }).AsTask());
        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        await mine.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task ReleaseAsync_by_another_is_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);

        await Refused.WithAsync(Errno.EINVAL, () => image.Ownership.ReleaseAsync(None));
        await Refused.WithAsync(Errno.EOPNOTSUPP, () => image.Ownership.AcquireAsync(OwnershipMode.Shared, None));
    }

    [Fact]
    public async Task ExclusiveTransient_is_handed_over()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.Ownership.AcquireAsync(OwnershipMode.ExclusiveTransient, None);
        Assert.True(mine.Ownership.IsOwner);

        await theirs.WriteAsync(0, new byte[] { 1 });

        Assert.True(theirs.Ownership.IsOwner);
        await mine.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task Image_without_the_feature_has_any_number_of_writers()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering);
        await using Image mine = await pool.CreateAndOpenAsync(1000, options);
        await using Image theirs = await OpenElsewhereAsync(pool);

        await mine.WriteAsync(0, new byte[] { 1 });
        await theirs.WriteAsync(1, new byte[] { 2 });

        Assert.Empty(await pool.Records.RangeAsync(pool.Images.Keys.Owner(mine.Id), null, 0, None));
        Assert.False(mine.Ownership.IsOwner);
        await Refused.WithAsync(Errno.EINVAL, () => mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None));
        await Refused.WithAsync(Errno.EINVAL, () => mine.Ownership.ReleaseAsync(None));
        await Refused.WithAsync(Errno.EINVAL, () => mine.Ownership.GetOwnerAsync(None));
        await Refused.WithAsync(Errno.EINVAL, () => mine.Ownership.BreakAsync(OwnershipMode.Exclusive, "127.0.0.1:0/1", None));
    }

    [Fact]
    public async Task Feature_switched_off_lets_all_write_and_switched_on_one()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        const ulong locking = ImageFeatures.ExclusiveLock | ImageFeatures.ObjectMap | ImageFeatures.FastDiff;

        await theirs.UpdateFeaturesAsync(locking, enable: false, None);
        await theirs.WriteAsync(0, new byte[] { 1 });
        await mine.WriteAsync(1, new byte[] { 2 });
        await mine.UpdateFeaturesAsync(locking, enable: true, None);
        await theirs.WriteAsync(2, new byte[] { 3 });

        Assert.True(theirs.Ownership.IsOwner);
        Assert.False(mine.Ownership.IsOwner);
    }

    [Fact]
    public async Task ReadOnly_handle_owns_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        Assert.False(image.Ownership.IsOwner);
        await Refused.WithAsync(Errno.EINVAL, () => image.Ownership.AcquireAsync(OwnershipMode.Exclusive, None));
        Assert.Null(await image.Ownership.GetOwnerAsync(None));
    }

    [Fact]
    public async Task Closed_owner_leaves_no_trace()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        Image image = await pool.CreateAndOpenAsync(1000);
        await image.WriteAsync(0, new byte[] { 1 });

        await image.CloseAsync();

        Assert.Empty(await pool.Records.RangeAsync(pool.Images.Keys.Owner(image.Id), null, 0, None));
    }

    [Fact]
    public async Task Dead_owner_is_succeeded()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        IoContext other = await pool.ConnectAnotherAsync();
        Image dead = await OpenElsewhereAsync(other);
        await dead.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        await dead.WriteAsync(0, new byte[] { 7 });

        await TestPool.KillAsync(other);
        await mine.WriteAsync(1, new byte[] { 8 });

        var read = new byte[2];
        await mine.ReadAsync(0, read);
        Assert.Equal([7, 8], read);
    }

    [Fact]
    public async Task Hung_owner_is_not_waited_for_without_end()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        pool.Io.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        await using Image mine = await pool.OpenAsync("image");
        await PutForeignOwnerAsync(pool, mine);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => mine.WriteAsync(0, new byte[] { 1 }).AsTask());

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.Contains("client.77", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overlapping_requests_keep_their_order_while_the_image_changes_hands()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await theirs.WriteAsync(0, new byte[] { 9 });
        var read = new byte[2];

        Task<int> first = mine.WriteAsync(0, new byte[] { 1, 1 }).AsTask();
        Task<int> reading = mine.ReadAsync(0, read).AsTask();
        Task<int> second = mine.WriteAsync(0, new byte[] { 2, 2 }).AsTask();
        await Task.WhenAll(first, reading, second);

        Assert.Equal([1, 1], read);
        await theirs.ReadAsync(0, read);
        Assert.Equal([2, 2], read);
    }

    [Fact]
    public async Task Closing_waits_for_a_write_that_waits_for_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await theirs.WriteAsync(0, new byte[] { 9 });

        Task<int> write = mine.WriteAsync(0, new byte[] { 1 }).AsTask();
        await mine.CloseAsync();

        Assert.True(write.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Operations_go_on_while_another_client_keeps_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(1000);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.Ownership.AcquireAsync(OwnershipMode.Exclusive, None);
        await mine.WriteAsync(0, Enumerable.Repeat((byte)1, 1000).ToArray());

        await theirs.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await theirs.ResizeAsync(400, allowShrink: true, null, None);
        await theirs.ResizeAsync(1000, allowShrink: true, null, None);
        await theirs.Metadata.SetAsync("key", "value", None);

        Assert.True(mine.Ownership.IsOwner);
        await mine.WriteAsync(999, new byte[] { 2 });
        var read = new byte[1000];
        await mine.ReadAsync(0, read);
        Assert.Equal([.. Enumerable.Repeat((byte)1, 400), .. new byte[599], 2], read);
        await theirs.ReadAsync(0, read);
        Assert.Equal([.. Enumerable.Repeat((byte)1, 400), .. new byte[599], 2], read);
    }

    [Fact]
    public async Task Snapshot_takes_a_free_image_and_turning_to_it_gives_it_up()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);

        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        Assert.True(image.Ownership.IsOwner);
        await image.SetSnapshotAsync("s", None);

        Assert.False(image.Ownership.IsOwner);
        Assert.Null(await image.Ownership.GetOwnerAsync(None));
        await Refused.WithAsync(Errno.EINVAL, () => image.Ownership.AcquireAsync(OwnershipMode.Exclusive, None));
    }

    [Fact]
    public async Task Overlay_head_without_the_feature_has_an_owner_that_nobody_sees()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering);
        await using Image mine = await pool.CreateAndOpenAsync(1000, options);
        await using Image theirs = await OpenElsewhereAsync(pool);
        await mine.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);

        for (byte i = 0; i < 10; i++)
        {
            await mine.WriteAsync(i, new[] { i });
            await theirs.WriteAsync(i + 100u, new[] { i });
        }

        Assert.False(theirs.Ownership.IsOwner);
        Assert.Empty((await mine.Locks.GetAsync(None)).Owners);
        Assert.NotNull(await pool.Records.GetAsync(pool.Images.Keys.Owner(mine.Id), None));
        var read = new byte[110];
        await mine.ReadAsync(0, read);
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => (byte)i), .. new byte[90], .. Enumerable.Range(0, 10).Select(i => (byte)i)], read);
    }

    private static async Task PutForeignOwnerAsync(TestPool pool, Image image)
    {
        var owner = new OwnerRecord { Address = "127.0.0.1:0/77", ClientId = 77, Cookie = 1 };
        await pool.Records.CommitAsync(
            new RecordTransaction().Put(pool.Images.Keys.Owner(image.Id), Stored.Serialize(owner, RbdJsonContext.Default.OwnerRecord)), None);
    }

    private static async Task<Image> OpenElsewhereAsync(TestPool pool) => await OpenElsewhereAsync(await pool.ConnectAnotherAsync());

    private static Task<Image> OpenElsewhereAsync(IoContext io) => Image.OpenAsync(io, "image", null, readOnly: false, None);
}
