using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>Clients that lost their session while others may have moved the layers they read.</summary>
public sealed class UncertainReadTests
{
    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_waits_until_the_layers_are_followed_again(bool readOnly)
    {
        await using TestPool pool = await CreateAsync();
        await using Image image = await CreateLayeredAsync(pool);
        (IoContext io, Interceptor records, Interceptor _) = await CutOffAsync(pool);
        await using Image reader = await OpenAsync(io, readOnly);
        Assert.Equal(2, await ReadAsync(reader));

        CutOff(records);
        LoseSession(pool, io);
        await image.Snapshots.RemoveAsync("s", SnapshotRemoveFlags.None, null, None);
        Assert.True(await image.Merging.RunAsync(None));
        await image.WriteAsync(0, new byte[] { 3 });
        Task<byte> read = ReadAsync(reader);
        await Task.WhenAny(read, Task.Delay(50, None));
        Assert.False(read.IsCompleted);
        Heal(records);

        Assert.Equal(3, await read);
        await Eventually.HoldsAsync(() => ImageWatchers.HaveAllSeenAsync(pool.Images, image.Id, image.Records.Header.Record.Revision, null));
    }

    [Fact]
    public async Task Read_that_was_under_way_is_done_again()
    {
        await using TestPool pool = await CreateAsync();
        await using Image image = await CreateLayeredAsync(pool);
        (IoContext io, Interceptor records, Interceptor volumes) = await CutOffAsync(pool);
        await using Image reader = await OpenAsync(io, readOnly: true);
        Assert.Equal(2, await ReadAsync(reader));
        int served = 0;
        var once = new TaskCompletionSource();
        volumes.Before = call => call.StartsWith("read", StringComparison.Ordinal) && Interlocked.Increment(ref served) == 1 ? once.Task : Task.CompletedTask;

        Task<byte> read = ReadAsync(reader);
        await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref served) == 1));
        CutOff(records);
        LoseSession(pool, io);
        once.SetResult();
        await Task.WhenAny(read, Task.Delay(50, None));
        Assert.False(read.IsCompleted);
        await image.WriteAsync(0, new byte[] { 3 });
        Heal(records);

        Assert.Equal(3, await read);
    }

    [Fact]
    public async Task Cluster_that_is_being_copied_up_is_not_written_with_what_may_be_untrue()
    {
        await using TestPool pool = await CreateAsync();
        await using (await CreateLayeredAsync(pool))
        {
        }

        (IoContext io, Interceptor records, Interceptor volumes) = await CutOffAsync(pool);
        await using Image image = await OpenAsync(io, readOnly: false);
        await image.WriteAsync(4 << 16, new byte[1 << 16]); // owns the image, has looked at its tables
        var reading = new Gate(volumes, call => call.StartsWith("read", StringComparison.Ordinal));

        Task<int> write = image.WriteAsync((1 << 16) + 1, new byte[] { 7 }).AsTask();
        await reading.WaitForAsync(1);
        CutOff(records);
        LoseSession(pool, io);
        int written = Writes(volumes);
        volumes.Before = _ => Task.CompletedTask;
        reading.Release(reading.Held[0]);
        await Task.WhenAny(write, Task.Delay(50, None));
        Assert.False(write.IsCompleted);
        Assert.Equal(written, Writes(volumes));
        Heal(records);

        Assert.Equal(1, await write);
        var read = new byte[3];
        await image.ReadAsync(1 << 16, read);
        Assert.Equal([1, 7, 1], read);
    }

    [Fact]
    public async Task Write_without_a_lock_waits_for_a_session()
    {
        await using TestPool pool = await CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering);
        await using Image image = await pool.CreateAndOpenAsync(1000, options);
        (IoContext io, Interceptor records, Interceptor _) = await CutOffAsync(pool);
        await using Image lost = await OpenAsync(io, readOnly: false);
        await lost.WriteAsync(0, new byte[] { 1 });
        CutOff(records);
        LoseSession(pool, io);

        Task<int> write = lost.WriteAsync(0, new byte[] { 2 }).AsTask();
        await Task.WhenAny(write, Task.Delay(50, None));
        Assert.False(write.IsCompleted);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        Heal(records);

        Assert.Equal(1, await write);
        Assert.Equal(2, await ReadAsync(image));
        await using Image snapshot = await Image.OpenAsync(pool.Io, "image", "s", readOnly: true, None);
        Assert.Equal(1, await ReadAsync(snapshot));
    }

    [Fact]
    public async Task Read_of_a_clone_waits_until_its_parent_is_followed_again()
    {
        await using TestPool pool = await CreateAsync();
        await using Image parent = await CreateLayeredAsync(pool);
        await ImageClone.CloneAsync(pool.Io, "image", "s", pool.Io, "clone", Format2(), None);
        (IoContext io, Interceptor records, Interceptor _) = await CutOffAsync(pool);
        await using Image clone = await Image.OpenAsync(io, "clone", null, readOnly: true, None);
        Assert.Equal(1, await ReadAsync(clone));

        CutOff(records);
        LoseSession(pool, io);
        await parent.Snapshots.CreateAsync("t", SnapshotCreateFlags.None, null, None);
        Task<byte> read = ReadAsync(clone);
        await Task.WhenAny(read, Task.Delay(50, None));
        Assert.False(read.IsCompleted);
        Heal(records);

        Assert.Equal(1, await read);
        Assert.True(await LayerUsers.AllFollowAsync(pool.Images, parent.Id, None));
        Assert.True(await pool.Images.AnyAsync(pool.Images.Keys.Readers(parent.Id), None));
    }

    [Fact]
    public async Task Closing_gives_up_what_waits_for_a_session()
    {
        await using TestPool pool = await CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        (IoContext io, Interceptor records, Interceptor _) = await CutOffAsync(pool);
        io.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        Image image = await OpenAsync(io, readOnly: false);
        await image.WriteAsync(0, new byte[] { 1 });
        CutOff(records);
        LoseSession(pool, io);

        Task<int> write = image.WriteAsync(0, new byte[] { 2 }).AsTask();
        Task<byte> read = ReadAsync(image);
        await Assert.ThrowsAsync<StorageException>(image.CloseAsync);

        await Refused.WithAsync(Errno.ETIMEDOUT, () => write);
        await Refused.WithAsync(Errno.ETIMEDOUT, () => read);
    }

    private static Task<TestPool> CreateAsync()
    {
        var volumes = new MemoryVolumes(TestPool.ByteLimits) { CanFence = true, LateWritesMax = TimeSpan.FromMilliseconds(50) };
        return TestPool.CreateAsync(volumes, new MemoryRecords());
    }

    private static ImageOptions Format2()
    {
        var options = new ImageOptions();
        options.Set(ImageOption.CloneFormat, 2);
        return options;
    }

    // The first cluster in the head, the second one below a snapshot.
    private static async Task<Image> CreateLayeredAsync(TestPool pool)
    {
        Image image = await pool.CreateAndOpenAsync(1 << 20);
        byte[] ones = new byte[1 << 17];
        ones.AsSpan().Fill(1);
        await image.WriteAsync(0, ones);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await image.WriteAsync(0, new byte[] { 2 });
        return image;
    }

    private static async Task<(IoContext Io, Interceptor Records, Interceptor Volumes)> CutOffAsync(TestPool pool)
    {
        var records = new Interceptor();
        var volumes = new Interceptor();
        IoContext io = await pool.ConnectAnotherAsync(
            new InterceptedVolumes(pool.Volumes, volumes), new InterceptedRecords(pool.Records, records));
        return (io, records, volumes);
    }

    private static void CutOff(Interceptor records) =>
        records.Before = _ => Task.FromException(new StorageException(Errno.ETIMEDOUT, "cut off"));

    private static void Heal(Interceptor records) => records.Before = _ => Task.CompletedTask;

    private static int Writes(Interceptor volumes) => volumes.Calls.Count(call => call.StartsWith("write", StringComparison.Ordinal));

    private static async Task<byte> ReadAsync(Image image)
    {
        var read = new byte[1];
        await image.ReadAsync(0, read);
        return read[0];
    }

    private static void LoseSession(TestPool pool, IoContext io) => ((MemoryRecords)pool.Records).LoseSession(io.Cluster.Session.Id);

    private static Task<Image> OpenAsync(IoContext io, bool readOnly) => Image.OpenAsync(io, "image", null, readOnly, None);
}
