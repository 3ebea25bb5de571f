using System.Threading.Channels;
using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>What every record store tells watches.</summary>
public abstract class RecordWatchContract : RecordFixture
{
    private readonly Channel<RecordEvent> _events = Channel.CreateUnbounded<RecordEvent>();

    [Fact]
    public async Task WatchAsync_puts_and_deletes_come_in_order()
    {
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await PutAsync("w/a", "1");
        await PutAsync("w/b", "2");
        await PutAsync("w/a", "3");
        await DeleteAsync("w/b");

        Assert.Equal(["w/a=1", "w/b=2", "w/a=3", "w/b gone"], await NextAsync(4));
    }

    [Fact]
    public async Task WatchAsync_changes_of_one_transaction_come_all()
    {
        await PutAsync("w/old", "0");
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await Store.CommitAsync(new RecordTransaction().Put("w/a", Bytes("1")).Delete("w/old").Put("w/b", Bytes("2")), None);

        Assert.Equal(["w/a=1", "w/b=2", "w/old gone"], (await NextAsync(3)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WatchAsync_earlier_changes_and_other_prefixes_are_not_told()
    {
        await PutAsync("w/before", "0");
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await PutAsync("v/other", "1");
        await PutAsync("w", "2");
        await PutAsync("w0", "3");
        await PutAsync("w/a", "4");

        Assert.Equal(["w/a=4"], await NextAsync(1));
    }

    [Fact]
    public async Task WatchAsync_event_carries_the_record()
    {
        await using IRecordSession session = await Store.OpenSessionAsync(None);
        await using IAsyncDisposable watch = await WatchAsync("w/");

        long revision = await PutAsync("w/a", "1", session.Id);

        RecordEvent told = await NextEventAsync();
        Assert.Equal(revision, told.Record!.Revision);
        Assert.Equal(session.Id, told.Record.Session);
        Assert.Equal("w/a", told.Record.Key);
    }

    [Fact]
    public async Task WatchAsync_failed_transaction_and_vain_delete_are_not_told()
    {
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await Store.CommitAsync(new RecordTransaction().Require(new Record("w/none", default, 7, 0)).Put("w/a", Bytes("1")), None);
        await DeleteAsync("w/none");
        await PutAsync("w/b", "2");

        Assert.Equal(["w/b=2"], await NextAsync(1));
    }

    [Fact]
    public async Task WatchAsync_end_of_a_session_is_told_as_deletes()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await PutAsync("w/a", "1", session.Id);
        await PutAsync("w/b", "2", session.Id);
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await session.DisposeAsync();

        Assert.Equal(["w/a gone", "w/b gone"], (await NextAsync(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WatchAsync_two_watches_both_hear()
    {
        var second = Channel.CreateUnbounded<string>();
        await using IAsyncDisposable one = await WatchAsync("w/");
        await using IAsyncDisposable two = await Store.WatchAsync("w/a", change => second.Writer.TryWrite(Describe(change)), None);

        await PutAsync("w/b", "1");
        await PutAsync("w/a", "2");

        Assert.Equal(["w/b=1", "w/a=2"], await NextAsync(2));
        Assert.Equal("w/a=2", await second.Reader.ReadAsync(None).AsTask().WaitAsync(Patience, None));
    }

    [Fact]
    public async Task WatchAsync_many_writers_lose_nothing_and_keep_the_order_of_revisions()
    {
        const int Writers = 4;
        const int Puts = 50;
        await using IRecordSession session = await Store.OpenSessionAsync(None);
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < Puts; i++)
                await PutAsync($"w/{writer}", $"{i}", session.Id);
        })));

        long last = 0;
        for (int i = 0; i < Writers * Puts; i++)
        {
            long revision = (await NextEventAsync()).Record!.Revision;
            Assert.True(revision > last);
            last = revision;
        }
    }

    [Fact]
    public async Task WatchAsync_handler_is_never_called_twice_at_once()
    {
        int running = 0;
        bool overlapped = false;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = 40;
        await using IRecordSession session = await Store.OpenSessionAsync(None);
        await using IAsyncDisposable watch = await Store.WatchAsync("w/", _ =>
        {
            overlapped |= Interlocked.Increment(ref running) > 1;
            Thread.SpinWait(2000);
            Interlocked.Decrement(ref running);
            if (Interlocked.Decrement(ref left) == 0)
                done.SetResult();
        }, None);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 10; i++)
                await PutAsync($"w/{writer}", $"{i}", session.Id);
        })));

        await done.Task.WaitAsync(Patience, None);
        Assert.False(overlapped);
    }

    [Fact]
    public async Task DisposeAsync_of_a_watch_no_call_follows()
    {
        IAsyncDisposable ended = await WatchAsync("w/");
        var other = Channel.CreateUnbounded<string>();
        await using IAsyncDisposable still = await Store.WatchAsync("w/", change => other.Writer.TryWrite(Describe(change)), None);

        await ended.DisposeAsync();
        await PutAsync("w/a", "1");

        await other.Reader.ReadAsync(None).AsTask().WaitAsync(Patience, None);
        Assert.False(_events.Reader.TryRead(out _));
    }

    [Fact]
    public async Task WatchAsync_can_be_started_again_after_the_last_has_ended()
    {
        await (await WatchAsync("w/")).DisposeAsync();
        await PutAsync("w/between", "0");
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await PutAsync("w/a", "1");

        Assert.Equal(["w/a=1"], await NextAsync(1));
    }

    [Fact]
    public async Task WatchAsync_handler_may_throw()
    {
        await using IAsyncDisposable bad = await Store.WatchAsync("w/", _ => throw new InvalidOperationException("a handler's own fault"), None);
        await using IAsyncDisposable watch = await WatchAsync("w/");

        await PutAsync("w/a", "1");
        await PutAsync("w/b", "2");

        Assert.Equal(["w/a=1", "w/b=2"], await NextAsync(2));
    }

    private ValueTask<IAsyncDisposable> WatchAsync(string prefix) =>
        Store.WatchAsync(prefix, change => _events.Writer.TryWrite(change), None);

    private async Task<RecordEvent> NextEventAsync() => await _events.Reader.ReadAsync(None).AsTask().WaitAsync(Patience, None);

    private async Task<List<string>> NextAsync(int count)
    {
        var told = new List<string>();
        for (int i = 0; i < count; i++)
            told.Add(Describe(await NextEventAsync()));
        return told;
    }

    private static string Describe(RecordEvent change) => change.Record is null ? $"{change.Key} gone" : $"{change.Key}={TextOf(change.Record)}";
}
