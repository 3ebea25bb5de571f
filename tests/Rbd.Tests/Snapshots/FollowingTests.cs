using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>A handle whose store fails while another client changes the layers of its image.</summary>
public sealed class FollowingTests
{
    [Fact]
    public async Task Handle_that_cannot_follow_refuses_requests_until_it_can()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenInterceptedAsync(pool, interceptor);
        await using Image other = await pool.OpenAsync("image");
        interceptor.Before = call => call == "open volume" ? Fail() : Task.CompletedTask;

        await other.SnapshotAsync("one");

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await image.WriteAsync(0, new byte[10]));
        Assert.Equal(Errno.EIO, error.Errno);
        interceptor.Before = _ => Task.CompletedTask;
        await image.RefreshAsync(CancellationToken.None);
        await image.WriteAsync(0, Enumerable.Repeat((byte)2, 10).ToArray());
        await using Image one = await pool.OpenAtAsync("image", "one");
        var read = new byte[10];
        await one.ReadAsync(0, read);
        Assert.Equal(Enumerable.Repeat((byte)1, 10), read);
    }

    [Fact]
    public async Task Snapshot_fails_with_the_error_of_a_writer_that_cannot_flush()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenInterceptedAsync(pool, interceptor);
        await using Image other = await pool.OpenAsync("image");
        interceptor.Before = call => call == "flush" ? Fail(Errno.ENOSPC) : Task.CompletedTask;

        await Refused.WithAsync(Errno.ENOSPC, () => other.SnapshotAsync("one"));

        interceptor.Before = _ => Task.CompletedTask;
        Assert.Equal(10, await image.WriteAsync(0, new byte[10]));
        Assert.Empty(await other.Snapshots.ListAsync(CancellationToken.None));
        await other.SnapshotAsync("one");
    }

    [Fact]
    public async Task SetSnapshot_that_cannot_open_its_layers_leaves_the_handle_where_it_was()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenInterceptedAsync(pool, interceptor);
        await image.SnapshotAsync("one");
        await image.WriteAsync(0, Enumerable.Repeat((byte)2, 10).ToArray());
        await image.SnapshotAsync("two");
        await image.Snapshots.RollbackAsync("one", null, CancellationToken.None);
        interceptor.Before = call => call == "open volume" ? Fail() : Task.CompletedTask;

        await Refused.WithAsync(Errno.EIO, () => image.SetSnapshotAsync("two", CancellationToken.None));

        Assert.Equal(Snapshot.HeadId, image.SnapshotId);
        var read = new byte[10];
        await image.ReadAsync(0, read);
        Assert.Equal(Enumerable.Repeat((byte)1, 10), read);
        await image.WriteAsync(0, read);
    }

    [Fact]
    public async Task Close_of_a_frozen_handle_ends_although_the_records_are_gone()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 10);
        IoContext client = await pool.ConnectAnotherAsync(pool.Volumes, new InterceptedRecords(pool.Records, interceptor));
        client.Cluster.Conf.Set("rbd_request_timed_out_seconds", "1");
        Image image = await Image.OpenAsync(client, "image", null, readOnly: false, CancellationToken.None);
        await image.WriteAsync(0, new byte[10]);
        Operation operation = await Operation.StartAsync(pool.Images, CancellationToken.None);
        await HeadFreeze.BeginAsync(
            pool.Images, image.Id, operation, new FreezeRecord { Operation = "test" }, CancellationToken.None);
        interceptor.Before = _ => Fail();
        ValueTask<int> write = image.WriteAsync(0, new byte[10]);

        await Assert.ThrowsAsync<StorageException>(() => image.CloseAsync());

        await Refused.WithAsync(Errno.ETIMEDOUT, async () => await write);
        await operation.DisposeAsync();
        interceptor.Before = _ => Task.CompletedTask;
    }

    private static Task Fail(Errno errno = Errno.EIO) => Task.FromException(new StorageException(errno, "the test says so"));

    private static async Task<Image> OpenInterceptedAsync(TestPool pool, Interceptor interceptor)
    {
        await pool.CreateImageAsync("image", 10);
        IoContext client = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        Image image = await Image.OpenAsync(client, "image", null, readOnly: false, CancellationToken.None);
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, 10).ToArray());
        return image;
    }
}
