using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Operations on layers, with the machine crashing before and after each single call to a store: what was not flushed may be lost.
/// What a user finds then is the state before the operation or the state after it; a check finds nothing that it can't repair, after
/// which nothing is left over; and everything can be removed to the last byte.
/// </summary>
public sealed class OperationCrashTests
{
    private const int Cluster = OverlayHeader.ClusterSize;
    private const int Size = (5 * Cluster) + 5000;

    // The long form takes every call; the short one every third, others before it than after it.
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("CURVERBD_LONG_TESTS") == "1";

    private static readonly Task s_never = new TaskCompletionSource().Task;

    private static readonly Dictionary<string, Func<IoContext, Task>> s_operations = new(StringComparer.Ordinal)
    {
        ["snapshot"] = io => OnImageAsync(io, "image", image => image.Snapshots.CreateAsync("new", SnapshotCreateFlags.None, null, CancellationToken.None)),
        ["remove first snapshot"] = io => OnImageAsync(
            io, "image", image => image.Snapshots.RemoveAsync("one", SnapshotRemoveFlags.None, null, CancellationToken.None)),
        ["remove last snapshot"] = io => OnImageAsync(
            io, "image", image => image.Snapshots.RemoveAsync("two", SnapshotRemoveFlags.None, null, CancellationToken.None)),
        ["rename snapshot"] = io => OnImageAsync(io, "image", image => image.Snapshots.RenameAsync("one", "uno", CancellationToken.None)),
        ["protect"] = io => OnImageAsync(io, "image", image => image.Snapshots.ProtectAsync("one", CancellationToken.None)),
        ["roll back"] = io => OnImageAsync(io, "image", image => image.Snapshots.RollbackAsync("one", null, CancellationToken.None)),
        ["grow"] = io => OnImageAsync(
            io, "image", image => image.ResizeAsync(Size + (3 * Cluster), allowShrink: true, null, CancellationToken.None)),
        ["shrink"] = io => OnImageAsync(
            io, "image", image => image.ResizeAsync((2 * Cluster) + 777, allowShrink: true, null, CancellationToken.None)),
        ["clone"] = io => ImageClone.CloneAsync(io, "base", "kept", io, "new", new ImageOptions(), CancellationToken.None),
        ["flatten"] = io => OnImageAsync(io, "clone", image => image.FlattenAsync(null, CancellationToken.None)),
        ["shrink clone"] = io => OnImageAsync(io, "clone", image => image.ResizeAsync(Cluster + 99, allowShrink: true, null, CancellationToken.None)),
        ["snapshot clone"] = io => OnImageAsync(
            io, "clone", image => image.Snapshots.CreateAsync("new", SnapshotCreateFlags.None, null, CancellationToken.None)),
        ["remove clone"] = io => ImageDirectory.RemoveAsync(io, "clone", null, CancellationToken.None),
        ["merge"] = io => OnImageAsync(io, "merging", image => image.Merging.RunAsync(CancellationToken.None)),
        ["lift"] = io => OnImageAsync(io, "merging", image => image.Merging.RunAsync(CancellationToken.None)),
        ["rename"] = io => ImageDirectory.RenameAsync(io, "image", "renamed", CancellationToken.None),
        ["trash"] = io => ImageTrash.MoveAsync(io, "clone", TrashSource.User, TimeSpan.Zero, CancellationToken.None),
        ["restore"] = io => RestoreAsync(io),
        ["remove from trash"] = io => RemoveTrashedAsync(io),
    };

    public static TheoryData<string, bool> Operations
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string operation in s_operations.Keys)
            {
                data.Add(operation, false);
                data.Add(operation, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Crash_leaves_the_state_before_or_after(string operation, bool isCurve)
    {
        (PoolState before, PoolState after) = await WithoutCrashAsync(operation, isCurve);
        int stride = s_isLong ? 1 : operation == "lift" ? 10 : 3; // large tables take their time
        foreach (bool isAfterCall in (bool[])[false, true])
        {
            int call = isAfterCall && !s_isLong ? 2 : 1;
            while (await CrashesAsync(operation, isCurve, call, isAfterCall, before, after))
                call += stride;
            Assert.True(call > 3, "the operation must have met crashes");
        }
    }

    private static async Task<(PoolState Before, PoolState After)> WithoutCrashAsync(string operation, bool isCurve)
    {
        await using TestPool pool = await CreatePoolAsync(operation, new CrashVolumes(LimitsOf(isCurve), new Random(1)));
        PoolState before = await PoolState.ReadAsync(pool);
        await s_operations[operation](pool.Io);
        PoolState after = await PoolState.ReadAsync(pool);
        await ExpectTidyAsync(pool, $"{operation} without a crash");
        return (before, after);
    }

    /// <returns>false: the operation ended before it came to that call.</returns>
    private static async Task<bool> CrashesAsync(
        string operation, bool isCurve, int fatalCall, bool isAfterCall, PoolState before, PoolState after)
    {
        var volumes = new CrashVolumes(LimitsOf(isCurve), new Random(fatalCall));
        await using TestPool pool = await CreatePoolAsync(operation, volumes);
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(pool.Records, interceptor);
        IoContext io = await pool.ConnectAnotherAsync(new InterceptedVolumes(volumes, interceptor), records);
        int calls = 0;
        bool isDead = false;
        bool isBuried = false;
        interceptor.Before = _ => Die(isAfterCall ? 0 : Interlocked.Increment(ref calls));
        interceptor.After = _ => Die(isAfterCall ? Interlocked.Increment(ref calls) : 0);
        string what = $"{operation}, crash {(isAfterCall ? "after" : "before")} call {fatalCall}";

        Exception? error = await Xunit.Record.ExceptionAsync(() => s_operations[operation](io));
        bool wasDead = isDead;
        isDead = true;
        isBuried = true;
        await records.EndSessionsAsync();
        volumes.LoseUnflushed();

        if (!wasDead)
            Assert.Null(error);
        PoolState found = await PoolState.ReadAsync(pool);
        Assert.True(found == before || found == after, $"{what}: found\n{found.Text}\nbefore\n{before.Text}\nafter\n{after.Text}");
        await ExpectTidyAsync(pool, what);
        return wasDead;

        Task Die(int call)
        {
            // What a dead client left behind does not go on trying.
            if (isBuried)
                return s_never;
            isDead |= call == fatalCall;
            return isDead ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        }
    }

    private static VolumeLimits LimitsOf(bool isCurve) => isCurve ? TestPool.CurveLimits : TestPool.ByteLimits;

    private static async Task<TestPool> CreatePoolAsync(string operation, CrashVolumes volumes)
    {
        TestPool pool = await TestPool.CreateAsync(volumes, new MemoryRecords());
        if (operation.Contains("clone", StringComparison.Ordinal) || operation is "flatten" or "trash")
            await CreateFamilyAsync(pool);
        else if (operation == "merge")
            await CreateUnmergedAsync(pool);
        else if (operation == "lift")
            await CreateUnliftedAsync(pool);
        else if (operation is "restore" or "remove from trash")
            await CreateTrashedAsync(pool);
        else
            await CreateImageAsync(pool, "image", ["one", "two"]);
        volumes.LoseUnflushed(); // nothing: it is all durable
        return pool;
    }

    // A parent with a protected snapshot, and its clone, written to.
    private static async Task CreateFamilyAsync(TestPool pool)
    {
        await CreateImageAsync(pool, "base", ["kept"]);
        await OnImageAsync(pool.Io, "base", image => image.Snapshots.ProtectAsync("kept", CancellationToken.None));
        await ImageClone.CloneAsync(pool.Io, "base", "kept", pool.Io, "clone", new ImageOptions(), CancellationToken.None);
        await WriteAsync(pool, "clone", 9, (2 * Cluster) + 100);
    }

    // A head, and the layers of two removed snapshots, of which one lies on that of a snapshot.
    private static async Task CreateUnmergedAsync(TestPool pool)
    {
        await CreateImageAsync(pool, "merging", ["one", "two", "three"]);
        await OnImageAsync(pool.Io, "merging", async image =>
        {
            await image.Snapshots.RemoveAsync("two", SnapshotRemoveFlags.None, null, CancellationToken.None);
            await image.Snapshots.RemoveAsync("three", SnapshotRemoveFlags.None, null, CancellationToken.None);
        });
    }

    // Layers with the table of a small image, under those of a larger one, which it was for a moment.
    private static async Task CreateUnliftedAsync(TestPool pool)
    {
        await CreateImageAsync(pool, "merging", ["one", "two"]);
        await OnImageAsync(pool.Io, "merging", async image =>
        {
            await image.ResizeAsync(OverlayHeader.CapacityMin + Size, allowShrink: true, null, CancellationToken.None);
            await image.ResizeAsync(Size, allowShrink: true, null, CancellationToken.None);
            await image.Snapshots.CreateAsync("three", SnapshotCreateFlags.None, null, CancellationToken.None);
        });
        await WriteAsync(pool, "merging", 8, Cluster / 3);
        await OnImageAsync(pool.Io, "merging", async image =>
        {
            await image.Snapshots.RemoveAsync("three", SnapshotRemoveFlags.None, null, CancellationToken.None);
            LayerGraph? graph = await LayerGraph.ReadAsync(new ImagePool(pool.Io), image.Id, CancellationToken.None);
            Assert.True(graph!.FindMerge(withHead: true)?.IsUpward);
        });
    }

    private static async Task CreateTrashedAsync(TestPool pool)
    {
        await CreateImageAsync(pool, "old", []);
        await ImageTrash.MoveAsync(pool.Io, "old", TrashSource.User, TimeSpan.Zero, CancellationToken.None);
    }

    private static async Task CreateImageAsync(TestPool pool, string name, string[] snapshots)
    {
        await pool.CreateImageAsync(name, Size);
        byte value = 1;
        await WriteAsync(pool, name, value, 0, Cluster, 3 * Cluster);
        foreach (string snapshot in snapshots)
        {
            await OnImageAsync(
                pool.Io, name, image => image.Snapshots.CreateAsync(snapshot, SnapshotCreateFlags.None, null, CancellationToken.None));
            value++;
            await WriteAsync(pool, name, value, value * Cluster / 2, Size - (value * 1000));
        }
    }

    private static Task WriteAsync(TestPool pool, string name, byte value, params int[] offsets) => OnImageAsync(pool.Io, name, async image =>
    {
        foreach (int offset in offsets)
            await image.WriteAsync((ulong)offset, LayerStackFixture.Filled(Cluster - 300, value));
        await image.FlushAsync();
    });

    // Who crashes closes nothing.
    private static async Task OnImageAsync(IoContext io, string name, Func<Image, Task> act)
    {
        Image image = await Image.OpenAsync(io, name, null, readOnly: false, CancellationToken.None);
        await act(image);
        await image.CloseAsync();
    }

    private static async Task RestoreAsync(IoContext io)
    {
        TrashEntry entry = Assert.Single(await ImageTrash.ListAsync(io, CancellationToken.None));
        await ImageTrash.RestoreAsync(io, entry.Id, "restored", CancellationToken.None);
    }

    private static async Task RemoveTrashedAsync(IoContext io)
    {
        TrashEntry entry = Assert.Single(await ImageTrash.ListAsync(io, CancellationToken.None));
        await ImageTrash.RemoveAsync(io, entry.Id, force: true, null, CancellationToken.None);
    }

    // After a repair nothing is wrong and nothing reads differently; after merging neither; and all of it can be removed.
    private static async Task ExpectTidyAsync(TestPool pool, string what)
    {
        PoolState before = await PoolState.ReadAsync(pool);
        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        Assert.True(found.All(finding => finding.Severity != CheckSeverity.Damage), $"{what}: {string.Join('\n', found)}");
        IReadOnlyList<CheckFinding> left = await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None);
        Assert.True(left.All(finding => finding.Severity == CheckSeverity.Pending), $"{what}, after a repair: {string.Join('\n', left)}");
        PoolState after = await PoolState.ReadAsync(pool);
        Assert.True(before == after, $"{what}: a repair changed\n{before.Text}\nto\n{after.Text}");
        await RemoveAllAsync(pool);
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }

    // Clones before their parents.
    private static async Task RemoveAllAsync(TestPool pool)
    {
        foreach (TrashEntry entry in await ImageTrash.ListAsync(pool.Io, CancellationToken.None))
            await ImageTrash.RestoreAsync(pool.Io, entry.Id, $"from-trash-{entry.Id}", CancellationToken.None);
        foreach (string name in (await pool.ListAsync()).OrderBy(name => name == "base"))
        {
            await OnImageAsync(pool.Io, name, async image =>
            {
                foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
                {
                    if (snapshot.IsProtected)
                        await image.Snapshots.UnprotectAsync(snapshot.Name, CancellationToken.None);
                    await image.Snapshots.RemoveAsync(snapshot.Id, CancellationToken.None);
                }
            });
            await pool.RemoveAsync(name);
        }
    }
}
