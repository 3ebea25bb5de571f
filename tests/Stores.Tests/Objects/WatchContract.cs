using System.Threading.Channels;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores.Tests;

/// <summary>What watchers of objects are told on every record store.</summary>
public abstract class WatchContract : ObjectFixture, IObjectWatcher
{
    private readonly Channel<(ObjectWatch Watch, ObjectNotification Told)> _told = Channel.CreateUnbounded<(ObjectWatch, ObjectNotification)>();
    private readonly TaskCompletionSource<Errno> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Notified(ObjectWatch watch, ObjectNotification notification) => _told.Writer.TryWrite((watch, notification));

    public void Failed(ObjectWatch watch, Errno errno) => _failed.TrySetResult(errno);

    [Fact]
    public async Task Notify_reaches_watchers_and_returns_their_answers()
    {
        await WriteAsync("o", ObjectWrites.Create(false));
        await using ObjectWatch first = await WatchAsync(Pool, 1);
        await using ObjectWatch second = await WatchAsync(Other, 2);

        Task<NotifyReply> notifying = NotifyAsync(Pool, "hello");
        for (int i = 0; i < 2; i++)
        {
            (ObjectWatch watch, ObjectNotification told) = await _told.Reader.ReadAsync(Token);
            Assert.Equal(Bytes("hello"), told.Payload);
            await watch.AcknowledgeAsync(told.Id, Bytes($"from {watch.Self.Cookie}"), Token);
        }

        NotifyReply reply = NotifyReply.Decode((await notifying).Encode());
        Assert.Empty(reply.Missing);
        Assert.Equal([first.Self, second.Self], reply.Acknowledged.Select(pair => pair.Key).OrderBy(self => self.Cookie));
        Assert.Equal(Bytes("from 2"), reply.Acknowledged.Single(pair => pair.Key == second.Self).Value);
    }

    [Fact]
    public async Task Notify_tells_who_did_not_answer_in_time()
    {
        await WriteAsync("o", ObjectWrites.Create(false));
        await using ObjectWatch watch = await WatchAsync(Other, 1);

        NotifyReply reply = await Pool.Objects.NotifyAsync(Pool.Objects.Identify("o"), [], TimeSpan.FromMilliseconds(50), Token);

        Assert.Equal([watch.Self], reply.Missing);
    }

    [Fact]
    public async Task Notify_does_not_wait_for_a_watcher_that_goes()
    {
        await WriteAsync("o", ObjectWrites.Create(false));
        ObjectWatch watch = await WatchAsync(Other, 1);

        Task<NotifyReply> notifying = NotifyAsync(Pool, "x");
        await _told.Reader.ReadAsync(Token);
        await watch.DisposeAsync();

        Assert.Equal([watch.Self], (await notifying).Missing);
    }

    [Fact]
    public async Task Notify_without_watchers_or_object_says_so()
    {
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => NotifyAsync(Pool, "x"));
        await WriteAsync("o", ObjectWrites.Create(false));

        NotifyReply reply = await NotifyAsync(Pool, "x");

        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Equal(new byte[8], reply.Encode());
    }

    [Fact]
    public async Task Watch_leaves_no_record_behind()
    {
        await WriteAsync("o", ObjectWrites.Create(false));
        IReadOnlyList<string> before = await KeysAsync();
        ObjectWatch watch = await WatchAsync(Other, 1);
        Task<NotifyReply> notifying = NotifyAsync(Pool, "x");
        (_, ObjectNotification told) = await _told.Reader.ReadAsync(Token);
        await watch.AcknowledgeAsync(told.Id, [], Token);
        await notifying;

        await watch.DisposeAsync();

        Assert.Equal(before, await KeysAsync());
    }

    [Fact]
    public async Task Watch_of_an_object_that_is_removed_fails()
    {
        await WriteAsync("o", ObjectWrites.Create(false));
        await using ObjectWatch watch = await WatchAsync(Other, 1);

        await WriteAsync("o", ObjectWrites.Remove());

        Assert.Equal(Errno.ENOTCONN, await _failed.Task.WaitAsync(Token));
        Assert.Equal(Errno.ENOTCONN, Assert.Throws<StorageException>(watch.ThrowIfFailed).Errno);
    }

    private Task<ObjectWatch> WatchAsync(IoContext pool, ulong cookie) =>
        pool.Objects.WatchAsync(pool.Objects.Identify("o"), this, cookie, Token);

    private static Task<NotifyReply> NotifyAsync(IoContext pool, string payload) =>
        pool.Objects.NotifyAsync(pool.Objects.Identify("o"), Bytes(payload), TimeSpan.FromSeconds(20), Token);
}
