using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Each operation, with the process dying before and after every single call to a store. What another client finds then is the
/// old state or the new one; whatever lies about is cleaned up by a check, or by the next operation on the name.
/// </summary>
public sealed class CrashTests
{
    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Create(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: _ => Task.CompletedTask,
        operation: io => ImageDirectory.CreateAsync(io, "image", 5000, new ImageOptions(), CancellationToken.None),
        check: async pool =>
        {
            if (!(await pool.ListAsync()).Any())
                await pool.CreateImageAsync("image", 5000);
            await using Image image = await pool.OpenAsync("image");
            Assert.Equal(5000ul, image.Size);
            Assert.Equal(0, await FirstByteAsync(image));
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Remove(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: CreateWithDataAsync,
        operation: io => ImageDirectory.RemoveAsync(io, "image", null, CancellationToken.None),
        check: async pool =>
        {
            if ((await pool.ListAsync()).Any())
            {
                await ExpectDataAsync(pool, "image");
                await pool.RemoveAsync("image");
            }

            await pool.CreateImageAsync("image", 77);
            await using Image image = await pool.OpenAsync("image");
            Assert.Equal(0, await FirstByteAsync(image));
        });

    // More layers than one transaction can end: 60 snapshots came and went, and nobody stayed to merge them.
    [Theory]
    [MemberData(nameof(Stores))]
    public Task Remove_with_a_long_chain(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: CreateWithLongChainAsync,
        operation: io => ImageDirectory.RemoveAsync(io, "image", null, CancellationToken.None),
        check: async pool =>
        {
            if ((await pool.ListAsync()).Any())
                await ExpectDataAsync(pool, "image");
        },
        stride: 41);

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Rename(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: CreateWithDataAsync,
        operation: io => ImageDirectory.RenameAsync(io, "image", "renamed", CancellationToken.None),
        check: async pool =>
        {
            string name = Assert.Single(await pool.ListAsync());
            Assert.Contains(name, (string[])["image", "renamed"]);
            await ExpectDataAsync(pool, name);
            await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
            await ExpectDataAsync(pool, name);
        });

    [Theory]
    [InlineData(false, 300ul)]
    [InlineData(true, 300ul)]
    [InlineData(false, 11ul << 30)]
    [InlineData(true, 11ul << 30)]
    public Task Resize(bool isCurve, ulong size) => EachCrashAsync(
        isCurve,
        setUp: CreateWithDataAsync,
        operation: async io =>
        {
            await using Image image = await Image.OpenAsync(io, "image", null, readOnly: false, CancellationToken.None);
            await image.ResizeAsync(size, allowShrink: true, null, CancellationToken.None);
        },
        check: async pool =>
        {
            await using Image image = await pool.OpenAsync("image");
            Assert.Contains(image.Size, (ulong[])[5000, size]);
            ulong kept = Math.Min(image.Size, 5000);
            await image.ResizeAsync(20000, allowShrink: true, null, CancellationToken.None);
            var read = new byte[20000];
            await image.ReadAsync(0, read);
            Assert.True(read.AsSpan(0, (int)kept).IndexOfAnyExcept((byte)7) < 0);
            Assert.True(read.AsSpan((int)kept).IndexOfAnyExcept((byte)0) < 0);
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Metadata(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: CreateWithDataAsync,
        operation: async io =>
        {
            await using Image image = await Image.OpenAsync(io, "image", null, readOnly: false, CancellationToken.None);
            await image.Metadata.SetAsync("key", "new", CancellationToken.None);
            await image.Metadata.RemoveAsync("old", CancellationToken.None);
        },
        check: async pool =>
        {
            await using Image image = await pool.OpenAsync("image");
            var pairs = await image.Metadata.ListAsync(default, 0, CancellationToken.None);
            string found = string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}"));
            Assert.Contains(found, (string[])["old=1", "key=new old=1", "key=new"]);
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public Task Adopt(bool isCurve) => EachCrashAsync(
        isCurve,
        setUp: pool => pool.Volumes.CreateAsync(
            new VolumePath(pool.Io.Pool.Directory, "image", "admin"),
            pool.Volumes.Limits.RoundUp(5000),
            CancellationToken.None),
        operation: async io =>
        {
            await using Image image = await Image.OpenAsync(io, "image", null, readOnly: false, CancellationToken.None);
        },
        check: async pool =>
        {
            await using Image image = await pool.OpenAsync("image");
            Assert.Equal(pool.Volumes.Limits.RoundUp(5000), image.Size);
        });

    private static async Task EachCrashAsync(
        bool isCurve, Func<TestPool, Task> setUp, Func<IoContext, Task> operation, Func<TestPool, Task> check, int stride = 1)
    {
        foreach (bool isAfter in (bool[])[false, true])
        {
            int call = 1;
            while (await DiesAsync(isCurve, call, isAfter, setUp, operation, check))
                call += stride;
            Assert.True(call > 3, "the operation must have met crashes");
        }
    }

    /// <returns>false: the operation ended before it came to that call.</returns>
    private static async Task<bool> DiesAsync(
        bool isCurve,
        int fatalCall,
        bool isAfter,
        Func<TestPool, Task> setUp,
        Func<IoContext, Task> operation,
        Func<TestPool, Task> check)
    {
        VolumeLimits limits = isCurve ? TestPool.CurveLimits : TestPool.ByteLimits;
        await using TestPool pool = await TestPool.CreateAsync(new MemoryVolumes(limits), new MemoryRecords());
        await setUp(pool);
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(pool.Records, interceptor);
        IoContext io = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), records);
        int calls = 0;
        bool isDead = false;
        interceptor.Before = _ => Die(isAfter ? 0 : Interlocked.Increment(ref calls));
        interceptor.After = _ => Die(isAfter ? Interlocked.Increment(ref calls) : 0);

        Exception? error = await Xunit.Record.ExceptionAsync(() => operation(io));
        await records.EndSessionsAsync();
        bool wasDead = isDead;

        if (wasDead)
            Assert.NotNull(error);
        else
            Assert.Null(error);
        await check(pool);
        await ExpectTidyAsync(pool);
        return wasDead;

        Task Die(int call)
        {
            isDead |= call == fatalCall;
            return isDead ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        }
    }

    // After a check every volume belongs to a listed image and no operation is left over.
    private static async Task ExpectTidyAsync(TestPool pool)
    {
        await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
        Assert.Equal((await pool.ListAsync()).Count(), (await pool.ListVolumesAsync()).Count());
        foreach (string name in await pool.ListAsync())
            await pool.RemoveAsync(name);
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }

    private static async Task CreateWithDataAsync(TestPool pool)
    {
        await using Image image = await pool.CreateAndOpenAsync(5000);
        await image.WriteAsync(0, Enumerable.Repeat((byte)7, 5000).ToArray());
        await image.Metadata.SetAsync("old", "1", CancellationToken.None);
    }

    private static async Task CreateWithLongChainAsync(TestPool pool)
    {
        await CreateWithDataAsync(pool);
        await using Image image = await pool.OpenAsync("image");
        for (int i = 0; i < 60; i++)
        {
            await image.WriteAsync(0, new byte[] { 7 });
            await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, CancellationToken.None);
        }

        for (int i = 0; i < 60; i++)
            await image.Snapshots.RemoveAsync($"s{i}", SnapshotRemoveFlags.None, null, CancellationToken.None);
        Assert.True((await pool.ListVolumesAsync()).Count() > 50);
    }

    private static async Task ExpectDataAsync(TestPool pool, string name)
    {
        await using Image image = await pool.OpenAsync(name);
        var read = new byte[5000];
        Assert.Equal(5000, await image.ReadAsync(0, read));
        Assert.True(read.AsSpan().IndexOfAnyExcept((byte)7) < 0);
    }

    private static async Task<byte> FirstByteAsync(Image image)
    {
        var read = new byte[1];
        await image.ReadAsync(0, read);
        return read[0];
    }
}
