using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class QuiesceTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Snapshot_waits_for_the_watches_of_every_client()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        await using Image other = await OpenElsewhereAsync(pool);
        var mine = new Watch(image);
        var theirs = new Watch(other);
        await mine.BeginAsync();
        await theirs.BeginAsync();

        Task creation = image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await mine.Asked;
        await theirs.Asked;
        mine.Answer(0);
        Assert.False(creation.IsCompleted);
        theirs.Answer(0);
        await creation;

        await mine.Told;
        await theirs.Told;
        Assert.Single(await image.Snapshots.ListAsync(None));
    }

    [Fact]
    public async Task Error_of_a_watch_fails_the_snapshot()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var watch = new Watch(image);
        await watch.BeginAsync();

        Task creation = image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await watch.Asked;
        watch.Answer(-(int)Errno.EPERM);

        await Refused.WithAsync(Errno.EPERM, () => creation);
        await watch.Told;
        Assert.Empty(await image.Snapshots.ListAsync(None));
        await image.WriteAsync(0, new byte[] { 1 });
    }

    [Fact]
    public async Task Error_of_a_watch_may_be_ignored()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var watch = new Watch(image);
        await watch.BeginAsync();

        Task creation = image.Snapshots.CreateAsync("s", SnapshotCreateFlags.IgnoreQuiesceError, null, None);
        await watch.Asked;
        watch.Answer(-(int)Errno.EPERM);
        await creation;

        Assert.Single(await image.Snapshots.ListAsync(None));
    }

    [Fact]
    public async Task Watches_may_be_skipped()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var watch = new Watch(image);
        await watch.BeginAsync();

        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.SkipQuiesce, null, None);

        Assert.False(watch.Asked.IsCompleted);
    }

    [Fact]
    public async Task Removed_watch_is_not_waited_for()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var watch = new Watch(image);
        await watch.BeginAsync();
        await Refused.WithAsync(Errno.ENOENT, () => image.RemoveQuiesceWatchAsync(77));

        Task creation = image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await watch.Asked;
        await image.RemoveQuiesceWatchAsync(watch.Handle);
        await creation;

        Assert.False(watch.Told.IsCompleted);
        Assert.Throws<StorageException>(() => watch.Answer(0));
    }

    [Fact]
    public async Task Closed_image_is_not_waited_for()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1000);
        Image other = await OpenElsewhereAsync(pool);
        var watch = new Watch(other);
        await watch.BeginAsync();

        Task creation = image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await watch.Asked;
        await other.CloseAsync();

        await creation;
    }

    [Fact]
    public async Task Watch_that_never_answers_is_not_waited_for_without_end()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        pool.Io.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        await using Image image = await pool.CreateAndOpenAsync(1000);
        var watch = new Watch(image);
        await watch.BeginAsync();

        await Refused.WithAsync(Errno.ETIMEDOUT, () => image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None));

        await image.WriteAsync(0, new byte[] { 1 });
        await watch.Told;
    }

    private static async Task<Image> OpenElsewhereAsync(TestPool pool) =>
        await Image.OpenAsync(await pool.ConnectAnotherAsync(), "image", null, readOnly: false, None);

    private sealed class Watch(Image image)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong Handle { get; private set; }

        public Task Asked => _asked.Task;

        public Task Told => _told.Task;

        public async Task BeginAsync() => Handle = await image.AddQuiesceWatchAsync(_asked.SetResult, _told.SetResult, None);

        public void Answer(int result) => image.CompleteQuiesce(Handle, result);
    }
}
