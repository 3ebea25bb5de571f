using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>Owners whose session the store of records has given up, on volumes that late writes may reach.</summary>
public sealed class LostSessionTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Owner_whom_nobody_succeeded_goes_on()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await image.WriteAsync(0, new byte[] { 1 });

        LoseSession(pool, pool.Io);
        await image.WriteAsync(1, new byte[] { 2 });

        Assert.True(image.Ownership.IsOwner);
        var read = new byte[2];
        await image.ReadAsync(0, read);
        Assert.Equal([1, 2], read);
        await Eventually.HoldsAsync(async () => (await image.ListWatchersAsync(None)).Count == 1);
    }

    [Fact]
    public async Task Write_that_ends_after_the_session_is_reported_once_it_is_taken_up_again()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await CreateAsync(canFence: true);
        await pool.CreateImageAsync("image", 1 << 20);
        var sessions = new Interceptor();
        IoContext io = await pool.ConnectAnotherAsync(
            new InterceptedVolumes(pool.Volumes, interceptor), new InterceptedRecords(pool.Records, sessions));
        await using Image image = await OpenAsync(io);
        await image.WriteAsync(0, new byte[] { 1 });
        var gate = new Gate(interceptor, call => call.StartsWith("write", StringComparison.Ordinal));
        var held = new Gate(sessions, _ => true);

        Task<int> write = image.WriteAsync(1, new byte[] { 2 }).AsTask();
        await gate.WaitForAsync(1);
        LoseSession(pool, io);
        gate.Release("write 1+1");
        await held.WaitForAsync(1);
        Assert.False(write.IsCompleted);
        sessions.Before = _ => Task.CompletedTask;
        foreach (string call in held.Held)
            held.Release(call);

        Assert.Equal(1, await write);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Owner_that_was_succeeded_is_shut_out(bool canFence)
    {
        await using TestPool pool = await CreateAsync(canFence);
        await using Image successor = await pool.CreateAndOpenAsync(1000);
        await successor.WriteAsync(0, new byte[] { 9 });
        var sessions = new Interceptor();
        IoContext io = await pool.ConnectAnotherAsync(pool.Volumes, new InterceptedRecords(pool.Records, sessions));
        await using Image lost = await OpenAsync(io);
        await lost.WriteAsync(0, new byte[] { 1 });
        sessions.Before = _ => Task.FromException(new StorageException(Errno.ETIMEDOUT, "cut off"));

        LoseSession(pool, io);
        Task<int> late = lost.WriteAsync(1, new byte[] { 2 }).AsTask();
        await successor.WriteAsync(2, new byte[] { 3 });
        Assert.False(late.IsCompletedSuccessfully);
        sessions.Before = _ => Task.CompletedTask;

        await Refused.WithAsync(Errno.ESHUTDOWN, () => late);
        var read = new byte[3];
        await successor.ReadAsync(0, read);
        Assert.Equal([1, 0, 3], read);
        Assert.True(await pool.Io.Cluster.Blocklist.ContainsAsync(io.Cluster.Address, None));
    }

    [Fact]
    public async Task Successor_opens_fenced_volumes_anew()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image successor = await pool.CreateAndOpenAsync(1000);
        await using Image third = await OpenAsync(await pool.ConnectAnotherAsync());
        await successor.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        IoContext io = await pool.ConnectAnotherAsync();
        Image dead = await OpenAsync(io);
        await dead.WriteAsync(0, new byte[] { 1 });
        await dead.FlushAsync();

        await TestPool.KillAsync(io);
        await successor.WriteAsync(1, new byte[] { 2 });
        await third.WriteAsync(2, new byte[] { 3 });

        var read = new byte[3];
        await successor.ReadAsync(0, read);
        Assert.Equal([1, 2, 3], read);
        await Refused.WithAsync(Errno.ESHUTDOWN, () => dead.Volume.WriteAsync(0, new byte[] { 4 }).AsTask());
    }

    [Fact]
    public async Task Closing_after_the_session_makes_all_durable_if_nobody_succeeded()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        Image image = await pool.CreateAndOpenAsync(1000);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await image.FlushAsync(); // ends write-through
        await image.WriteAsync(0, new byte[] { 7 });

        LoseSession(pool, pool.Io);
        await image.CloseAsync();

        await using Image again = await OpenAsync(await pool.ConnectAnotherAsync());
        var read = new byte[1];
        await again.ReadAsync(0, read);
        Assert.Equal(7, read[0]);
        Assert.Empty(await pool.Records.RangeAsync(pool.Images.Keys.Owner(again.Id), null, 0, None));
    }

    [Fact]
    public async Task Commit_whose_answer_is_lost_keeps_nobody_from_the_image()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await pool.CreateImageAsync("image", 1000);
        var calls = new Interceptor();
        IoContext io = await pool.ConnectAnotherAsync(pool.Volumes, new InterceptedRecords(pool.Records, calls));
        await using Image unlucky = await OpenAsync(io);
        await using Image other = await OpenAsync(await pool.ConnectAnotherAsync());
        bool isLost = false;
        calls.After = async call =>
        {
            string owner = pool.Images.Keys.Owner(unlucky.Id);
            if (isLost || call != "commit" || await pool.Records.GetAsync(owner, None) is null)
                return;
            isLost = true;
            throw new StorageException(Errno.ETIMEDOUT, "no answer");
        };

        await Refused.WithAsync(Errno.ETIMEDOUT, () => unlucky.WriteAsync(0, new byte[] { 1 }).AsTask());

        await other.WriteAsync(0, new byte[] { 2 });
        await unlucky.WriteAsync(1, new byte[] { 3 });
    }

    [Fact]
    public async Task Owner_that_gave_up_in_order_is_not_fenced()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using (Image other = await OpenAsync(await pool.ConnectAnotherAsync()))
            await other.WriteAsync(0, new byte[] { 1 });

        await image.WriteAsync(1, new byte[] { 2 });

        Assert.Null(await pool.Records.GetAsync(pool.Images.Keys.OwnerFence(image.Id), None));
        Assert.Empty(await pool.Io.Cluster.Blocklist.ListAsync(None));
    }

    private static Task<TestPool> CreateAsync(bool canFence)
    {
        var volumes = new MemoryVolumes(TestPool.ByteLimits) { CanFence = canFence, LateWritesMax = TimeSpan.FromMilliseconds(50) };
        return TestPool.CreateAsync(volumes, new MemoryRecords());
    }

    private static void LoseSession(TestPool pool, IoContext io) => ((MemoryRecords)pool.Records).LoseSession(io.Cluster.Session.Id);

    private static Task<Image> OpenAsync(IoContext io) => Image.OpenAsync(io, "image", null, readOnly: false, None);
}
