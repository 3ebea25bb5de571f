using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>Cloning, flattening and removing clones, with the process dying before each call to a store.</summary>
public sealed class CloneCrashTests
{
    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public Task Clone(ulong format) => EachCrashAsync(
        hasClone: false,
        io => ImageClone.CloneAsync(io, "parent", "snap", io, "clone", CloneFixture.Format(format), CancellationToken.None),
        async fixture =>
        {
            await using Image parent = await fixture.Pool.OpenAsync("parent");
            bool isThere = (await fixture.Pool.ListAsync()).Contains("clone");
            Assert.Equal(isThere ? 1 : 0, (await parent.ListChildrenAsync(CancellationToken.None)).Count);
            if (!isThere)
                await fixture.CloneAsync(format: format);
            await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        });

    [Fact]
    public Task Flatten() => EachCrashAsync(
        hasClone: true,
        async io =>
        {
            await using Image clone = await Image.OpenAsync(io, "clone", null, readOnly: false, CancellationToken.None);
            await clone.FlattenAsync(null, CancellationToken.None);
        },
        async fixture =>
        {
            await fixture.ExpectAsync(fixture.Expected, "clone");
            await fixture.ExpectAsync(fixture.AtSnapshot, "clone", "before");
            await using Image clone = await fixture.Pool.OpenAsync("clone");
            if (await clone.GetParentAsync(CancellationToken.None) is not null)
                await clone.FlattenAsync(null, CancellationToken.None);
            await using Image parent = await fixture.Pool.OpenAsync("parent");
            Assert.Empty(await parent.ListChildrenAsync(CancellationToken.None));
            await CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Unprotect);
            await CloneFixture.ExpectAsync(fixture.Expected, clone);
            await fixture.ExpectAsync(fixture.AtSnapshot, "clone", "before");
            await CloneFixture.RemoveSnapAsync(clone, "before");
        });

    [Fact]
    public Task Remove() => EachCrashAsync(
        hasClone: true,
        async io =>
        {
            await using (Image clone = await Image.OpenAsync(io, "clone", null, readOnly: false, CancellationToken.None))
                await CloneFixture.RemoveSnapAsync(clone, "before");
            await ImageDirectory.RemoveAsync(io, "clone", null, CancellationToken.None);
        },
        async fixture =>
        {
            await using Image parent = await fixture.Pool.OpenAsync("parent");
            bool isThere = (await fixture.Pool.ListAsync()).Contains("clone");
            Assert.Equal(isThere ? 1 : 0, (await parent.ListChildrenAsync(CancellationToken.None)).Count);
            if (!isThere)
                return;
            await fixture.ExpectAsync(fixture.Expected, "clone");
            await using Image clone = await fixture.Pool.OpenAsync("clone");
            foreach (Snapshot left in await clone.Snapshots.ListAsync(CancellationToken.None))
                await CloneFixture.RemoveSnapAsync(clone, left.Name.ToString());
        });

    [Fact]
    public Task Remove_the_last_clone_of_a_removed_snapshot() => EachCrashAsync(
        hasClone: false,
        async io =>
        {
            await using (Image parent = await Image.OpenAsync(io, "parent", null, readOnly: false, CancellationToken.None))
            {
                await ImageClone.CloneAsync(io, "parent", "snap", io, "clone", CloneFixture.Format(2), CancellationToken.None);
                await CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Unprotect);
            }

            await ImageDirectory.RemoveAsync(io, "clone", null, CancellationToken.None);
        },
        async fixture =>
        {
            bool isThere = (await fixture.Pool.ListAsync()).Contains("clone");
            IReadOnlyList<Snapshot> snapshots = await fixture.ListSnapsAsync("parent");
            if (isThere)
                await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
            else
                Assert.DoesNotContain(snapshots, snapshot => snapshot.NamespaceType == SnapshotNamespaceType.Trash);
        });

    private static async Task EachCrashAsync(
        bool hasClone, Func<IoContext, Task> operation, Func<CloneFixture, Task> check)
    {
        int call = 1;
        while (await DiesAsync(call, hasClone, operation, check))
            call++;
        Assert.True(call > 10, "the operation must have met crashes");
    }

    /// <returns>false: the operation ended before it came to that call.</returns>
    private static async Task<bool> DiesAsync(
        int fatalCall, bool hasClone, Func<IoContext, Task> operation, Func<CloneFixture, Task> check)
    {
        await using CloneFixture fixture = await CloneFixture.CreateOnAsync(TestPool.ByteLimits);
        if (hasClone)
            await fixture.CreateWrittenCloneAsync();
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(fixture.Pool.Records, interceptor);
        IoContext io = await fixture.Pool.ConnectAnotherAsync(new InterceptedVolumes(fixture.Pool.Volumes, interceptor), records);
        int calls = 0;
        bool isDead = false;
        interceptor.Before = _ =>
        {
            if (Interlocked.Increment(ref calls) == fatalCall)
                Volatile.Write(ref isDead, true);
            return Volatile.Read(ref isDead) ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        };

        Exception? error = await Xunit.Record.ExceptionAsync(() => operation(io));
        bool wasDead = Volatile.Read(ref isDead);
        Volatile.Write(ref isDead, true);
        await records.EndSessionsAsync();

        if (!wasDead)
            Assert.Null(error);
        await check(fixture);
        await ExpectTidyAsync(fixture);
        return wasDead;
    }

    // After a check and the removal of all images nothing is left.
    private static async Task ExpectTidyAsync(CloneFixture fixture)
    {
        TestPool pool = fixture.Pool;
        await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        IReadOnlyList<CheckFinding> left = await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None);
        Assert.DoesNotContain(left, finding => finding.Severity != CheckSeverity.Pending);
        if ((await pool.ListAsync()).Contains("clone"))
            await pool.RemoveAsync("clone");
        await using (Image parent = await pool.OpenAsync("parent"))
        {
            foreach (Snapshot snapshot in await parent.Snapshots.ListAsync(CancellationToken.None))
                await CloneFixture.RemoveSnapAsync(parent, snapshot.Name.ToString(), SnapshotRemoveFlags.Unprotect);
        }

        await pool.RemoveAsync("parent");
        await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }
}
