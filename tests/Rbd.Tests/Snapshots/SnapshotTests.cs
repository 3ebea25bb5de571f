using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class SnapshotTests
{
    private const ulong Size = 300_000;

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Snapshot_keeps_what_was_written_before_it(bool isCurve)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await image.WriteAsync(100_000, Bytes(2, 70_000));
        await image.SnapshotAsync("two");
        await image.DiscardAsync(0, 200_000);

        await using Image one = await pool.OpenAtAsync("image", "one");
        await using Image two = await pool.OpenAtAsync("image", "two");

        await ExpectAsync(one, (1, (int)Size));
        await ExpectAsync(two, (1, 100_000), (2, 70_000), (1, 130_000));
        await ExpectAsync(image, (0, 200_000), (1, 100_000));
    }

    [Fact]
    public async Task Hundred_snapshots_with_writes_between_them_all_keep_theirs()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        for (byte i = 1; i <= 100; i++)
        {
            await FillAsync(image, i);
            await image.SnapshotAsync($"s{i}");
        }

        foreach (byte i in new byte[] { 1, 50, 100 })
        {
            await using Image at = await pool.OpenAtAsync("image", $"s{i}");
            await ExpectAsync(at, (i, (int)Size));
        }
    }

    [Fact]
    public async Task List_tells_all_by_id()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        DateTimeOffset before = TimeProvider.System.GetUtcNow();

        await image.SnapshotAsync("b");
        await image.ResizeAsync(5000, allowShrink: true, null, CancellationToken.None);
        await image.SnapshotAsync("a");

        IReadOnlyList<Snapshot> snapshots = await image.Snapshots.ListAsync(CancellationToken.None);
        Assert.Equal(["b", "a"], snapshots.Select(snapshot => snapshot.Name.ToString()));
        Assert.Equal([Size, 5000ul], snapshots.Select(snapshot => snapshot.Size));
        Assert.True(snapshots[0].Id < snapshots[1].Id);
        Assert.All(snapshots, snapshot => Assert.InRange(snapshot.Created, before, TimeProvider.System.GetUtcNow()));
        Assert.All(snapshots, snapshot => Assert.Equal(SnapshotNamespaceType.User, snapshot.NamespaceType));
    }

    [Fact]
    public async Task Create_existing_name_is_EEXIST() => await WithImageAsync(async (_, image) =>
    {
        await image.SnapshotAsync("one");

        await Refused.WithAsync(Errno.EEXIST, () => image.SnapshotAsync("one"));
    });

    [Fact]
    public async Task Create_over_the_limit_is_EDQUOT() => await WithImageAsync(async (_, image) =>
    {
        await image.Snapshots.SetLimitAsync(1, CancellationToken.None);
        await image.SnapshotAsync("one");

        await Refused.WithAsync(Errno.EDQUOT, () => image.SnapshotAsync("two"));
        await Refused.WithAsync(Errno.ERANGE, () => image.Snapshots.SetLimitAsync(0, CancellationToken.None));
        await image.Snapshots.SetLimitAsync(ulong.MaxValue, CancellationToken.None);
        await image.SnapshotAsync("two");
        Assert.Equal(ulong.MaxValue, await image.Snapshots.GetLimitAsync(CancellationToken.None));
    });

    [Fact]
    public async Task Create_read_only_is_EROFS_and_unknown_flags_are_EINVAL() => await WithImageAsync(async (pool, image) =>
    {
        await using Image reader = await pool.OpenAsync("image", readOnly: true);

        await Refused.WithAsync(Errno.EROFS, () => reader.SnapshotAsync("one"));
        await Refused.WithAsync(
            Errno.EINVAL, () => image.Snapshots.CreateAsync("one", (SnapshotCreateFlags)4, null, CancellationToken.None));
        Assert.Empty(await image.Snapshots.ListAsync(CancellationToken.None));
    });

    [Theory]
    [InlineData("")]
    [InlineData("a/b@c %")]
    public async Task Create_takes_any_name(string name) => await WithImageAsync(async (_, image) =>
    {
        ByteName bytes = name.Length == 0 ? ByteName.Empty : ByteName.FromBytes([0xff, .. ByteName.FromText(name).ToBytes()]);

        await image.SnapshotAsync(bytes);

        Assert.Equal(bytes, (await image.Snapshots.GetAsync(bytes, CancellationToken.None)).Name);
    });

    [Fact]
    public async Task Create_on_a_handle_at_a_snapshot_is_one_of_the_image() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await image.WriteAsync(0, Bytes(2, 10));
        await using Image one = await pool.OpenAtAsync("image", "one", readOnly: false);

        await one.SnapshotAsync("two");

        await using Image two = await pool.OpenAtAsync("image", "two");
        await ExpectAsync(two, (2, 10), (1, (int)Size - 10));
        await ExpectAsync(one, (1, (int)Size));
    });

    [Fact]
    public async Task Create_without_a_write_since_the_last_shares_its_layer() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        int volumes = (await pool.ListVolumesAsync()).Count();

        await image.SnapshotAsync("two");

        Assert.Equal(volumes, (await pool.ListVolumesAsync()).Count());
        await image.WriteAsync(5, Bytes(9, 5));
        await using Image two = await pool.OpenAtAsync("image", "two");
        await ExpectAsync(two, (1, (int)Size));
    });

    [Fact]
    public async Task Create_after_growing_without_a_write_reads_zeros_at_the_end() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await image.ResizeAsync(2 * Size, allowShrink: false, null, CancellationToken.None);

        await image.SnapshotAsync("two");

        await using Image two = await pool.OpenAtAsync("image", "two");
        await ExpectAsync(two, (1, (int)Size), (0, (int)Size));
    });

    [Fact]
    public async Task Create_by_another_client_keeps_writes_that_were_completed_before() => await WithImageAsync(async (pool, image) =>
    {
        await using Image other = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);
        await FillAsync(image, 1);
        await other.SnapshotAsync("one");
        await FillAsync(image, 2);
        await other.SnapshotAsync("two");
        await FillAsync(image, 3);

        await using Image one = await pool.OpenAtAsync("image", "one");
        await using Image two = await pool.OpenAtAsync("image", "two");
        await ExpectAsync(one, (1, (int)Size));
        await ExpectAsync(two, (2, (int)Size));
        await ExpectAsync(image, (3, (int)Size));
    });

    [Fact]
    public async Task Create_while_a_writer_writes_cuts_between_two_of_its_writes() => await WithImageAsync(async (pool, image) =>
    {
        Image other = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);
        byte last = 0;
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(
            async () =>
            {
                for (; !stop.IsCancellationRequested; last = last == 250 ? (byte)1 : (byte)(last + 1))
                    await FillAsync(image, (byte)(last + 1));
            });

        var seen = new List<(byte Before, byte After)>();
        for (int i = 0; i < 10; i++)
        {
            byte before = last;
            await other.SnapshotAsync($"s{i}");
            seen.Add((before, last));
        }

        await stop.CancelAsync();
        await writer;
        await other.CloseAsync();
        for (int i = 0; i < 10; i++)
        {
            await using Image at = await pool.OpenAtAsync("image", $"s{i}");
            byte[] read = await ReadAllAsync(at);
            Assert.True(read.Distinct().Count() <= 2, "only the writes in flight may differ");
        }
    });

    [Fact]
    public async Task Open_missing_snapshot_is_ENOENT() => await WithImageAsync(async (pool, image) =>
    {
        await Refused.WithAsync(Errno.ENOENT, () => pool.OpenAtAsync("image", "none"));
        await Refused.WithAsync(Errno.ENOENT, () => image.SetSnapshotAsync("none", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => image.SetSnapshotAsync(77, CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Snapshots.GetAsync("none", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Snapshots.GetAsync(77, CancellationToken.None));
    });

    [Fact]
    public async Task SetSnapshot_turns_one_handle_there_and_back() => await WithImageAsync(async (pool, image) =>
    {
        await image.WriteAsync(0, Bytes(1, 1000));
        await image.SnapshotAsync("one");
        await image.WriteAsync(500, Bytes(2, 1000));
        await image.ResizeAsync(2000, allowShrink: true, null, CancellationToken.None);
        await using Image other = await pool.OpenAsync("image", readOnly: true);
        Snapshot one = await image.Snapshots.GetAsync("one", CancellationToken.None);

        await image.SetSnapshotAsync(one.Id, CancellationToken.None);

        Assert.Equal(one, image.CurrentSnapshot);
        Assert.Equal(one.Id, image.SnapshotId);
        await ExpectAsync(image, (1, 1000), (0, (int)Size - 1000));
        await Refused.WithAsync(Errno.EROFS, async () => await image.WriteAsync(0, new byte[1]));
        await Refused.WithAsync(Errno.EROFS, () => image.ResizeAsync(1, allowShrink: true, null, CancellationToken.None));
        await Refused.WithAsync(Errno.EROFS, () => image.Snapshots.RollbackAsync("one", null, CancellationToken.None));
        await ExpectAsync(other, (1, 500), (2, 1000), (0, 500));
        await image.SetSnapshotAsync("", CancellationToken.None);
        Assert.Null(image.CurrentSnapshot);
        Assert.Equal(Snapshot.HeadId, image.SnapshotId);
        await image.WriteAsync(1999, Bytes(3, 1));
        await ExpectAsync(image, (1, 500), (2, 1000), (0, 499), (3, 1));
    });

    [Fact]
    public async Task Remove_missing_is_ENOENT_and_protected_is_EBUSY() => await WithImageAsync(async (_, image) =>
    {
        await image.SnapshotAsync("one");
        await image.Snapshots.ProtectAsync("one", CancellationToken.None);

        await Refused.WithAsync(Errno.ENOENT, () => image.RemoveSnapshotAsync("none"));
        await Refused.WithAsync(Errno.EBUSY, () => image.RemoveSnapshotAsync("one"));
        await image.RemoveSnapshotAsync("one", SnapshotRemoveFlags.Unprotect);
        Assert.Empty(await image.Snapshots.ListAsync(CancellationToken.None));
    });

    [Fact]
    public async Task Remove_while_another_handle_is_at_it_leaves_that_with_nothing() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await using Image at = await pool.OpenAtAsync("image", "one");
        ulong id = at.SnapshotId;

        await image.RemoveSnapshotAsync("one");
        await at.RefreshAsync(CancellationToken.None);

        Assert.Equal(0ul, at.Size);
        Assert.Equal(id, at.SnapshotId);
        await Refused.WithAsync(Errno.ENOENT, async () => await at.ReadAsync(0, new byte[1]));
    });

    [Fact]
    public async Task Protect_and_unprotect_say_what_is_wrong() => await WithImageAsync(async (_, image) =>
    {
        await image.SnapshotAsync("one");

        await Refused.WithAsync(Errno.EINVAL, () => image.Snapshots.UnprotectAsync("one", CancellationToken.None));
        await image.Snapshots.ProtectAsync("one", CancellationToken.None);
        await Refused.WithAsync(Errno.EBUSY, () => image.Snapshots.ProtectAsync("one", CancellationToken.None));
        Assert.True((await image.Snapshots.GetAsync("one", CancellationToken.None)).IsProtected);
        await image.Snapshots.UnprotectAsync("one", CancellationToken.None);
        Assert.False((await image.Snapshots.GetAsync("one", CancellationToken.None)).IsProtected);
        await Refused.WithAsync(Errno.ENOENT, () => image.Snapshots.ProtectAsync("none", CancellationToken.None));
    });

    [Fact]
    public async Task Protect_without_layering_is_ENOSYS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, 0);
        await using Image image = await pool.CreateAndOpenAsync(Size, options);
        await image.SnapshotAsync("one");

        await Refused.WithAsync(Errno.ENOSYS, () => image.Snapshots.ProtectAsync("one", CancellationToken.None));
    }

    [Fact]
    public async Task Rename_moves_the_name_and_refuses_a_taken_one() => await WithImageAsync(async (_, image) =>
    {
        await image.SnapshotAsync("one");
        await image.SnapshotAsync("two");

        await Refused.WithAsync(Errno.EEXIST, () => image.Snapshots.RenameAsync("one", "two", CancellationToken.None));
        await Refused.WithAsync(Errno.EEXIST, () => image.Snapshots.RenameAsync("one", "one", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => image.Snapshots.RenameAsync("none", "three", CancellationToken.None));
        await image.Snapshots.RenameAsync("one", "three", CancellationToken.None);
        Assert.Equal(
            ["three", "two"],
            (await image.Snapshots.ListAsync(CancellationToken.None)).Select(snapshot => snapshot.Name.ToString()));
    });

    [Fact]
    public async Task Rollback_restores_data_and_size() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await FillAsync(image, 2);
        await image.SnapshotAsync("two");
        await image.ResizeAsync(1000, allowShrink: true, null, CancellationToken.None);
        await using Image reader = await pool.OpenAsync("image", readOnly: true);

        await image.Snapshots.RollbackAsync("one", null, CancellationToken.None);
        await image.WriteAsync(10, Bytes(3, 10));
        await reader.RefreshAsync(CancellationToken.None);

        await ExpectAsync(image, (1, 10), (3, 10), (1, (int)Size - 20));
        Assert.Equal(Size, reader.Size);
        await image.Snapshots.RollbackAsync("two", null, CancellationToken.None);
        await ExpectAsync(image, (2, (int)Size));
        await image.Snapshots.RollbackAsync("one", null, CancellationToken.None);
        await ExpectAsync(image, (1, (int)Size));
    });

    [Fact]
    public async Task Rollback_negative_progress_leaves_the_image_as_it_was() => await WithImageAsync(async (_, image) =>
    {
        await image.SnapshotAsync("one");
        await FillAsync(image, 2);

        CallbackAbortedException error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => image.Snapshots.RollbackAsync("one", (_, _) => -9000, CancellationToken.None));

        Assert.Equal(-9000, error.Code);
        await ExpectAsync(image, (2, (int)Size));
    });

    [Fact]
    public async Task Shrink_then_grow_hides_what_is_in_the_layers_below() => await WithImageAsync(async (_, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await image.WriteAsync(250_000, Bytes(2, 10_000));

        await image.ResizeAsync(100_001, allowShrink: true, null, CancellationToken.None);
        await image.ResizeAsync(Size, allowShrink: true, null, CancellationToken.None);

        await ExpectAsync(image, (1, 100_001), (0, (int)Size - 100_001));
        await image.SnapshotAsync("two");
        await image.Snapshots.RollbackAsync("two", null, CancellationToken.None);
        await ExpectAsync(image, (1, 100_001), (0, (int)Size - 100_001));
        await image.Snapshots.RollbackAsync("one", null, CancellationToken.None);
        await ExpectAsync(image, (1, (int)Size));
    });

    [Fact]
    public async Task Grow_beyond_the_heads_table_lays_a_larger_one_on_it() => await WithImageAsync(async (pool, image) =>
    {
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        const ulong Large = 70ul << 30; // the table of a small image ends at 64 GiB

        await image.ResizeAsync(Large, allowShrink: false, null, CancellationToken.None);
        await image.WriteAsync(Large - 10, Bytes(4, 10));

        var read = new byte[20];
        await image.ReadAsync(Large - 20, read);
        Assert.Equal([.. Bytes(0, 10), .. Bytes(4, 10)], read);
        await image.ReadAsync(Size - 10, read);
        Assert.Equal([.. Bytes(1, 10), .. Bytes(0, 10)], read);
    });

    [Fact]
    public async Task Remove_image_with_snapshots_is_ENOTEMPTY_even_while_open() => await WithImageAsync(async (pool, image) =>
    {
        await image.SnapshotAsync("one");

        await Refused.WithAsync(Errno.ENOTEMPTY, () => pool.RemoveAsync("image"));
    });

    [Fact]
    public async Task Snapshots_are_there_after_reopening()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        Image image = await pool.CreateAndOpenAsync(Size);
        await FillAsync(image, 1);
        await image.SnapshotAsync("one");
        await image.WriteAsync(7, Bytes(2, 70_000));
        await image.CloseAsync();

        await using Image again = await pool.OpenAsync("image");
        await again.WriteAsync(0, Bytes(3, 7));

        await ExpectAsync(again, (3, 7), (2, 70_000), (1, (int)Size - 70_007));
        await using Image one = await pool.OpenAtAsync("image", "one");
        await ExpectAsync(one, (1, (int)Size));
    }

    [Fact]
    public async Task Update_watches_hear_of_snapshots() => await WithImageAsync(async (pool, image) =>
    {
        await using Image other = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);
        var updated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable watch = other.WatchUpdates(() => updated.TrySetResult());

        await image.SnapshotAsync("one");

        await updated.Task;
        Assert.Single(await other.Snapshots.ListAsync(CancellationToken.None));
    });

    [Fact]
    public async Task Create_is_given_up_when_a_writer_does_not_answer()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        IoContext other = await pool.ConnectAnotherAsync();
        other.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        string watcher = pool.Images.Keys.Watchers(image.Id) + "999999.1";
        byte[] record = Stored.Serialize(
            new WatcherRecord { Address = "10.0.0.9:0/1", ClientId = 999999, Cookie = 1, SeenRevision = long.MaxValue },
            RbdJsonContext.Default.WatcherRecord);
        await pool.Records.CommitAsync(new RecordTransaction().Put(watcher, record), CancellationToken.None);
        await using Image theirs = await Image.OpenAsync(other, "image", null, readOnly: false, CancellationToken.None);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => theirs.SnapshotAsync("one"));

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.Contains("10.0.0.9", error.Message, StringComparison.Ordinal);
        Assert.Empty(await image.Snapshots.ListAsync(CancellationToken.None));
        Assert.Equal(["image"], await pool.ListVolumesAsync());
        await FillAsync(image, 1);
    }

    [Fact]
    public async Task Writers_go_on_when_the_client_that_froze_them_dies()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        Operation operation = await Operation.StartAsync(pool.Images, CancellationToken.None);
        await HeadFreeze.BeginAsync(
            pool.Images, image.Id, operation, new FreezeRecord { Operation = "test" }, CancellationToken.None);

        ValueTask<int> write = image.WriteAsync(0, Bytes(5, 10));
        Assert.False(write.IsCompleted);
        await operation.DisposeAsync();

        Assert.Equal(10, await write);
    }

    [Fact]
    public async Task Open_for_writing_waits_until_a_freeze_is_over()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        Operation operation = await Operation.StartAsync(pool.Images, CancellationToken.None);
        await HeadFreeze.BeginAsync(
            pool.Images, image.Id, operation, new FreezeRecord { Operation = "test" }, CancellationToken.None);

        Task<Image> opening = pool.OpenAsync("image");
        await using Image reader = await pool.OpenAsync("image", readOnly: true);
        Assert.False(opening.IsCompleted);
        await operation.DisposeAsync();

        await (await opening).CloseAsync();
    }

    private static byte[] Bytes(byte value, int count) => Enumerable.Repeat(value, count).ToArray();

    private static async Task FillAsync(Image image, byte value) => await image.WriteAsync(0, Bytes(value, (int)image.Size));

    private static async Task<byte[]> ReadAllAsync(Image image)
    {
        var read = new byte[image.Size];
        await image.ReadAsync(0, read);
        return read;
    }

    private static async Task ExpectAsync(Image image, params (byte Value, int Count)[] runs)
    {
        byte[] read = await ReadAllAsync(image);
        Assert.Equal(runs.Sum(run => run.Count), read.Length);
        int at = 0;
        foreach ((byte value, int count) in runs)
        {
            int wrong = read.AsSpan(at, count).IndexOfAnyExcept(value);
            Assert.True(wrong < 0, $"byte {at + wrong} is {read[Math.Max(0, at + wrong)]} instead of {value}");
            at += count;
        }
    }

    private static async Task WithImageAsync(Func<TestPool, Image, Task> test)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await test(pool, image);
    }
}
