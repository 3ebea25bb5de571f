using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class GroupSnapshotTests
{
    private const ulong Size = 300_000;

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rollback_makes_all_images_what_they_were(bool isCurve)
    {
        await using TestPool pool = await CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await WriteAsync(pool, "a", 1);
        await WriteAsync(pool, "b", 2);
        await SnapshotAsync(pool, "snap");
        await WriteAsync(pool, "a", 3);
        await WriteAsync(pool, "b", 4);

        await GroupSnapshots.RollbackAsync(pool.Io, "group", "snap", null, None);

        Assert.Equal(1, await ReadAsync(pool, "a"));
        Assert.Equal(2, await ReadAsync(pool, "b"));
    }

    [Fact]
    public async Task Images_have_a_snapshot_in_the_namespace_of_groups()
    {
        await using TestPool pool = await CreateAsync();

        await SnapshotAsync(pool, "snap");

        GroupSnapshot taken = await GroupSnapshots.GetAsync(pool.Io, "group", "snap", None);
        await using Image image = await pool.OpenAsync("a");
        Snapshot snapshot = Assert.Single(await image.Snapshots.ListAsync(None));
        Assert.Equal(SnapshotNamespaceType.Group, snapshot.NamespaceType);
        Assert.Equal(taken.ImageSnapshotName, snapshot.Name);
        Assert.StartsWith($".group.{pool.Io.Pool.Id:x}_", snapshot.Name.ToString(), StringComparison.Ordinal);
        SnapshotGroup group = await image.GetSnapshotGroupAsync(snapshot.Id, None);
        Assert.Equal(("group", "snap"), (group.Group.ToString(), group.Snapshot.ToString()));
        Assert.True(taken.IsComplete);
        Assert.Equal(["a", "b"], taken.Images.Select(part => part.ImageName.ToString()).Order());
        Assert.Contains(taken.Images, part => part.SnapshotId == snapshot.Id);
        await Refused.WithAsync(Errno.ENOENT, () => image.RemoveSnapshotAsync(snapshot.Name));
    }

    [Fact]
    public async Task Snapshot_of_images_that_are_written_is_of_one_moment()
    {
        await using TestPool pool = await CreateAsync();
        await using Image a = await pool.OpenAsync("a");
        await using Image b = await pool.OpenAsync("b");
        using var stop = new CancellationTokenSource();
        var isWriting = new TaskCompletionSource();
        Task writing = Task.Run(async () =>
        {
            // b never has a number that a did not have before, and never lags by more than one.
            for (uint i = 1; !stop.IsCancellationRequested; i++)
            {
                await a.WriteAsync(0, BitConverter.GetBytes(i));
                await b.WriteAsync(0, BitConverter.GetBytes(i));
                isWriting.TrySetResult();
            }
        }, TestContext.Current.CancellationToken);
        await isWriting.Task;

        for (int i = 0; i < 5; i++)
            await SnapshotAsync(pool, $"snap{i}");
        await stop.CancelAsync();
        await writing;

        foreach (GroupSnapshot snapshot in await GroupSnapshots.ListAsync(pool.Io, "group", None))
        {
            uint[] numbers = [await NumberAtAsync(pool, "a", snapshot), await NumberAtAsync(pool, "b", snapshot)];
            Assert.InRange(numbers[0] - numbers[1], 0u, 1u);
        }
    }

    [Fact]
    public async Task Refused_snapshot_leaves_nothing()
    {
        await using TestPool pool = await CreateAsync();
        await using Image b = await pool.OpenAsync("b");
        await b.Snapshots.SetLimitAsync(0, None);

        await Refused.WithAsync(Errno.EDQUOT, () => SnapshotAsync(pool, "snap"));

        Assert.Empty(await GroupSnapshots.ListAsync(pool.Io, "group", None));
        await using Image a = await pool.OpenAsync("a");
        Assert.Empty(await a.Snapshots.ListAsync(None));
        Assert.Equal(2, (await pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Snapshot_taken_halfway_is_incomplete_and_can_be_removed()
    {
        await using TestPool pool = await CreateAsync();
        await SnapshotAsync(pool, "snap");
        string id = await RbdGroups.GetIdAsync(pool.Io, "group", None);
        ImagePool images = pool.Images;
        Stored<GroupSnapshotRecord> record = Assert.Single(await images.RangeAsync(
            images.Keys.GroupSnapshots(id), RbdJsonContext.Default.GroupSnapshotRecord, None));
        GroupSnapshotRecord halfway = record.Value with
        {
            IsComplete = false,
            Parts = [.. record.Value.Parts.Select(part => part with { SnapshotId = 0 })],
        };
        await images.Records.CommitAsync(new RecordTransaction().PutGroupSnapshot(record.Record.Key, halfway), None);

        await Refused.WithAsync(Errno.EINVAL, () => GroupSnapshots.RollbackAsync(pool.Io, "group", "snap", null, None));
        await GroupSnapshots.RemoveAsync(pool.Io, "group", "snap", None);

        Assert.Empty(await GroupSnapshots.ListAsync(pool.Io, "group", None));
        await using Image a = await pool.OpenAsync("a");
        Assert.Empty(await a.Snapshots.ListAsync(None));
    }

    [Fact]
    public async Task Names_that_are_taken_or_missing_are_refused()
    {
        await using TestPool pool = await CreateAsync();
        await SnapshotAsync(pool, "snap");

        await Refused.WithAsync(Errno.EEXIST, () => SnapshotAsync(pool, "snap"));
        await Refused.WithAsync(Errno.EEXIST, () => GroupSnapshots.RenameAsync(pool.Io, "group", "snap", "snap", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupSnapshots.RenameAsync(pool.Io, "group", "x", "y", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupSnapshots.RemoveAsync(pool.Io, "group", "x", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupSnapshots.RollbackAsync(pool.Io, "group", "x", null, None));
        await Refused.WithAsync(
            Errno.EINVAL, () => GroupSnapshots.CreateAsync(pool.Io, "group", "y", (SnapshotCreateFlags)4, None));
        await GroupSnapshots.RenameAsync(pool.Io, "group", "snap", "other", None);
        Assert.Equal("other", Assert.Single(await GroupSnapshots.ListAsync(pool.Io, "group", None)).Name.ToString());
    }

    private static async Task<TestPool> CreateAsync(VolumeLimits? limits = null)
    {
        TestPool pool = await TestPool.CreateAsync(limits);
        await RbdGroups.CreateAsync(pool.Io, "group", None);
        foreach (string name in new[] { "a", "b" })
        {
            await pool.CreateImageAsync(name, Size);
            await GroupImages.AddAsync(pool.Io, "group", pool.Io, name, None);
        }

        return pool;
    }

    private static Task SnapshotAsync(TestPool pool, ByteName name) =>
        GroupSnapshots.CreateAsync(pool.Io, "group", name, SnapshotCreateFlags.None, None);

    private static async Task WriteAsync(TestPool pool, ByteName name, byte value)
    {
        await using Image image = await pool.OpenAsync(name);
        await image.WriteAsync(100_000, new byte[] { value });
    }

    private static async Task<int> ReadAsync(TestPool pool, ByteName name)
    {
        await using Image image = await pool.OpenAsync(name, readOnly: true);
        var buffer = new byte[1];
        await image.ReadAsync(100_000, buffer);
        return buffer[0];
    }

    private static async Task<uint> NumberAtAsync(TestPool pool, ByteName name, GroupSnapshot snapshot)
    {
        await using Image image = await pool.OpenAsync(name, readOnly: true);
        await image.SetSnapshotAsync(snapshot.Images.Single(part => part.ImageName == name).SnapshotId, None);
        var buffer = new byte[4];
        await image.ReadAsync(0, buffer);
        return BitConverter.ToUInt32(buffer);
    }
}
