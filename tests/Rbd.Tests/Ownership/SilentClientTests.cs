using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Clients of whom nothing is heard while their sessions, which outlast an outage of the records' store, are still held: they died, or
/// are cut off and go on.
/// </summary>
public sealed class SilentClientTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Silent_owner_is_shut_out_and_succeeded()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image successor = await pool.CreateAndOpenAsync(1000);
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image silent = await OpenAsync(io);
        await silent.WriteAsync(0, new byte[] { 1 });

        CutOff(records);
        Silence(pool, io);
        await successor.WriteAsync(1, new byte[] { 2 });

        Assert.Equal([1, 2], await ReadAsync(successor, 2));
        await Refused.WithAsync(Errno.ESHUTDOWN, () => silent.Volume.WriteAsync(0, new byte[] { 9 }).AsTask());
        Assert.True(await pool.Io.Cluster.Blocklist.ContainsAsync(io.Cluster.Address, None));
        records.Before = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task Silent_owner_that_can_not_be_shut_out_is_waited_for_until_its_session_ends()
    {
        await using TestPool pool = await CreateAsync(canFence: false);
        pool.Io.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        await using Image successor = await pool.CreateAndOpenAsync(1000);
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image silent = await OpenAsync(io);
        await silent.WriteAsync(0, new byte[] { 1 });

        CutOff(records);
        Silence(pool, io);
        Task<int> write = successor.WriteAsync(1, new byte[] { 2 }).AsTask();
        await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(2.5), None));
        Assert.False(write.IsCompleted);
        await silent.WriteAsync(0, new byte[] { 3 });
        LoseSession(pool, io);

        await write;
        records.Before = _ => Task.CompletedTask;
        Assert.Equal([3, 2], await ReadAsync(successor, 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Owner_that_does_not_answer_a_snapshot_is_shut_out_before_it(bool isSessionHeld)
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000);
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image lost = await OpenAsync(io);
        await lost.WriteAsync(0, new byte[] { 1 });
        CutOff(records);
        IVolume volume = lost.Volume.Layers[^1].Volume;

        if (isSessionHeld)
            Silence(pool, io);
        else
            LoseSession(pool, io);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await Refused.WithAsync(Errno.ESHUTDOWN, () => volume.WriteAsync(0, new byte[] { 9 }).AsTask());
        records.Before = _ => Task.CompletedTask;

        await using Image snapshot = await Image.OpenAsync(pool.Io, "image", "s", readOnly: true, None);
        Assert.Equal([1], await ReadAsync(snapshot, 1));
        await image.WriteAsync(0, new byte[] { 2 });
        Assert.Equal([1], await ReadAsync(snapshot, 1));
    }

    [Fact]
    public async Task Silent_writer_without_a_lock_is_shut_out_by_a_snapshot_and_the_others_go_on()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000, WithoutLock());
        await using Image other = await OpenAsync(await pool.ConnectAnotherAsync());
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image silent = await OpenAsync(io);
        IVolume volume = silent.Volume.Layers[^1].Volume;
        await silent.WriteAsync(0, new byte[] { 1 });
        await other.WriteAsync(1, new byte[] { 1 });
        Silence(pool, io);
        CutOff(records);

        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);

        await Refused.WithAsync(Errno.ESHUTDOWN, () => volume.WriteAsync(0, new byte[] { 9 }).AsTask());
        await other.WriteAsync(1, new byte[] { 2 });
        await image.WriteAsync(2, new byte[] { 3 });
        Assert.Equal([1, 2, 3], await ReadAsync(image, 3));
        records.Before = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task Silent_client_that_owns_nothing_keeps_nobody_from_a_snapshot_nor_from_writing()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000);
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image silent = await OpenAsync(io);
        await image.WriteAsync(0, new byte[] { 1 });
        Silence(pool, io);
        CutOff(records);

        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await image.WriteAsync(0, new byte[] { 2 });

        Assert.Null(await pool.Records.GetAsync(pool.Images.Keys.OwnerFence(image.Id), None));
        records.Before = _ => Task.CompletedTask;
        await silent.WriteAsync(1, new byte[] { 3 });
        Assert.Equal([2, 3], await ReadAsync(image, 2));
    }

    [Fact]
    public async Task Layers_that_a_silent_client_reads_stay_until_its_session_ends()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1 << 20);
        await image.WriteAsync(0, new byte[] { 1 });
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await image.WriteAsync(0, new byte[] { 2 });
        IoContext io = await CutOffAsync(pool, out Interceptor records);
        await using Image reader = await Image.OpenAsync(io, "image", null, readOnly: true, None);
        Silence(pool, io);
        CutOff(records);

        await image.Snapshots.RemoveAsync("s", SnapshotRemoveFlags.None, null, None);
        bool isMerged = await new LayerMerger(pool.Images, image.Id, MergeOptions.Default) { Patience = TimeSpan.Zero }.RunAsync(None);

        Assert.False(isMerged);
        Assert.Equal([2], await ReadAsync(reader, 1));
        records.Before = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task Image_that_only_a_silent_client_has_open_can_be_removed()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await pool.CreateImageAsync("image", 1000);
        IoContext io = await pool.ConnectAnotherAsync();
        await using Image silent = await OpenAsync(io);
        await Refused.WithAsync(Errno.EBUSY, () => pool.RemoveAsync("image"));

        Silence(pool, io);
        await pool.RemoveAsync("image");

        Assert.Empty(await pool.ListAsync());
    }

    [Fact]
    public async Task Silent_client_in_the_line_is_passed_over_once()
    {
        await using TestPool pool = await CreateAsync(canFence: true);
        await using Image image = await pool.CreateAndOpenAsync(1000);
        IoContext io = await pool.ConnectAnotherAsync();
        string place = $"{pool.Images.Keys.OwnerRequests(image.Id)}{io.Cluster.Session.Id}.1";
        var waiting = new OwnerRecord { Address = io.Cluster.Address, ClientId = (long)io.Cluster.InstanceId, Cookie = 1 };
        await pool.Records.CommitAsync(
            new RecordTransaction().Put(place, Stored.Serialize(waiting, RbdJsonContext.Default.OwnerRecord), io.Cluster.Session.Id), None);
        Silence(pool, io);

        await image.WriteAsync(0, new byte[] { 1 });

        Assert.Null(await pool.Records.GetAsync(place, None));
    }

    private static Task<TestPool> CreateAsync(bool canFence)
    {
        var volumes = new MemoryVolumes(TestPool.ByteLimits) { CanFence = canFence, LateWritesMax = TimeSpan.FromMilliseconds(50) };
        return TestPool.CreateAsync(volumes, new MemoryRecords());
    }

    private static ImageOptions WithoutLock()
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering);
        return options;
    }

    // A client whose calls to the records a test can let fail.
    private static Task<IoContext> CutOffAsync(TestPool pool, out Interceptor records)
    {
        records = new Interceptor();
        return pool.ConnectAnotherAsync(pool.Volumes, new InterceptedRecords(pool.Records, records));
    }

    private static void CutOff(Interceptor records) =>
        records.Before = _ => Task.FromException(new StorageException(Errno.ETIMEDOUT, "cut off"));

    private static async Task<byte[]> ReadAsync(Image image, int count)
    {
        var read = new byte[count];
        await image.ReadAsync(0, read);
        return read;
    }

    private static void Silence(TestPool pool, IoContext io) => ((MemoryRecords)pool.Records).Silence(io.Cluster.Session.Id);

    private static void LoseSession(TestPool pool, IoContext io) => ((MemoryRecords)pool.Records).LoseSession(io.Cluster.Session.Id);

    private static Task<Image> OpenAsync(IoContext io) => Image.OpenAsync(io, "image", null, readOnly: false, None);
}
