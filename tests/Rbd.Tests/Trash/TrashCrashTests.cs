using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>Moving to the trash, restoring and purging, with the process dying before each call to a store.</summary>
public sealed class TrashCrashTests
{
    [Fact]
    public Task Move() => EachCrashAsync(
        isTrashed: false,
        (io, _) => ImageTrash.MoveAsync(io, "image", TrashSource.User, TimeSpan.Zero, CancellationToken.None),
        async (pool, id) =>
        {
            bool isListed = (await pool.ListAsync()).Any();
            Assert.Equal(isListed ? 0 : 1, (await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).Count);
            await ExpectDataAsync(pool, id);
        });

    [Fact]
    public Task Restore() => EachCrashAsync(
        isTrashed: true,
        (io, id) => ImageTrash.RestoreAsync(io, id, "restored", CancellationToken.None),
        async (pool, id) =>
        {
            bool isListed = (await pool.ListAsync()).Contains("restored");
            Assert.Equal(isListed ? 0 : 1, (await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).Count);
            await ExpectDataAsync(pool, id);
        });

    [Fact]
    public Task Purge() => EachCrashAsync(
        isTrashed: true,
        (io, _) => ImageTrash.PurgeAsync(io, DateTimeOffset.MaxValue, -1, null, CancellationToken.None),
        async (pool, id) =>
        {
            Assert.Empty(await pool.ListAsync());
            if ((await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).Count > 0)
                await ExpectDataAsync(pool, id);
        });

    private static async Task EachCrashAsync(bool isTrashed, Func<IoContext, string, Task> operation, Func<TestPool, string, Task> check)
    {
        int call = 1;
        while (await DiesAsync(call, isTrashed, operation, check))
            call++;
        Assert.True(call > 3, "the operation must have met crashes");
    }

    /// <returns>false: the operation ended before it came to that call.</returns>
    private static async Task<bool> DiesAsync(
        int fatalCall, bool isTrashed, Func<IoContext, string, Task> operation, Func<TestPool, string, Task> check)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        string id = await CreateAsync(pool);
        if (isTrashed)
            await ImageTrash.MoveAsync(pool.Io, "image", TrashSource.User, TimeSpan.Zero, CancellationToken.None);
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(pool.Records, interceptor);
        IoContext io = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), records);
        int calls = 0;
        bool isDead = false;
        interceptor.Before = _ =>
        {
            isDead |= Interlocked.Increment(ref calls) == fatalCall;
            return isDead ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        };

        Exception? error = await Xunit.Record.ExceptionAsync(() => operation(io, id));
        bool wasDead = isDead;
        isDead = true;
        await records.EndSessionsAsync();

        if (!wasDead)
            Assert.Null(error);
        await check(pool, id);
        await ExpectTidyAsync(pool, id);
        return wasDead;
    }

    private static async Task<string> CreateAsync(TestPool pool)
    {
        await using Image image = await pool.CreateAndOpenAsync(4);
        await image.WriteAsync(0, "kept"u8.ToArray());
        return image.Id;
    }

    private static async Task ExpectDataAsync(TestPool pool, string id)
    {
        await using Image image = await Image.OpenByIdAsync(pool.Io, id, null, readOnly: true, CancellationToken.None);
        var read = new byte[4];
        await image.ReadAsync(0, read);
        Assert.Equal("kept"u8.ToArray(), read);
    }

    private static async Task ExpectTidyAsync(TestPool pool, string id)
    {
        await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
        foreach (string name in await pool.ListAsync())
            await pool.RemoveAsync(name);
        if ((await ImageTrash.ListAsync(pool.Io, CancellationToken.None)).Count > 0)
            await ImageTrash.RemoveAsync(pool.Io, id, force: false, null, CancellationToken.None);
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }
}
