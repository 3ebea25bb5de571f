using System.Text;
using System.Threading.Channels;
using CurveRbd.Store;

namespace CurveRbd.Etcd.Tests;

/// <summary>An etcd that is away, comes back, or has other members. A server of its own, for it is stopped.</summary>
public class EtcdFailureTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly EtcdServer _etcd = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _etcd.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _etcd.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Calls_with_a_dead_member_configured_first_go_to_the_next()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions() with { Endpoints = [EtcdServer.DeadEndpoint, _etcd.Endpoint] }, TimeProvider.System);

        await PutAsync(store, "key", "value");

        Assert.NotNull(await store.GetAsync("key", Token));
    }

    [Fact]
    public async Task GetAsync_etcd_gone_is_ETIMEDOUT_and_says_which()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions() with { Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await _etcd.StopAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await store.GetAsync("key", Token));

        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        Assert.Contains(_etcd.Endpoint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_etcd_known_to_be_away_waits_shorter_until_it_is_back()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions() with { Timeout = TimeSpan.FromSeconds(4) }, TimeProvider.System);
        await _etcd.StopAsync();
        await Assert.ThrowsAsync<StorageException>(async () => await store.GetAsync("key", Token));

        long start = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<StorageException>(async () => await store.GetAsync("key", Token));
        TimeSpan second = TimeProvider.System.GetElapsedTime(start);
        await _etcd.StartAsync();
        await PutAsync(store, "key", "value");

        Assert.InRange(second.TotalSeconds, 0.5, 3);
    }

    [Fact]
    public async Task Watch_tells_what_changes_after_etcd_came_back()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions(), TimeProvider.System);
        var told = Channel.CreateUnbounded<string?>();
        await using IAsyncDisposable watch = await store.WatchAsync("w/", change => told.Writer.TryWrite(change.Key), Token);
        await PutAsync(store, "w/before", "1");
        Assert.Equal("w/before", await NextAsync(told));

        await _etcd.StopAsync();
        await _etcd.StartAsync();
        await PutAsync(store, "w/after", "2");

        Assert.Equal("w/after", await NextAsync(told));
    }

    [Fact]
    public async Task Session_that_etcd_does_not_hear_of_is_lost()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions() with { SessionTime = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await using IRecordSession session = await store.OpenSessionAsync(Token);
        var lost = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = session.Lost.Register(lost.SetResult);

        await _etcd.StopAsync();

        await lost.Task.WaitAsync(s_patience, Token);
    }

    [Fact]
    public async Task Session_that_is_kept_alive_outlives_its_time()
    {
        await using var store = new EtcdRecordStore(_etcd.NewOptions() with { SessionTime = TimeSpan.FromSeconds(2) }, TimeProvider.System);
        await using IRecordSession session = await store.OpenSessionAsync(Token);
        await store.CommitAsync(new RecordTransaction().Put("key", Encoding.UTF8.GetBytes("1"), session.Id), Token);

        await Task.Delay(TimeSpan.FromSeconds(5), Token);

        Assert.NotNull(await store.GetAsync("key", Token));
        Assert.False(session.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Session_of_a_client_outlasts_an_outage()
    {
        await using var store = new EtcdRecordStore(
            _etcd.NewOptions() with { SessionTime = TimeSpan.FromSeconds(2), ClientSessionTime = TimeSpan.FromSeconds(30) }, TimeProvider.System);
        await using IRecordSession session = await store.OpenClientSessionAsync(Token);
        await store.CommitAsync(new RecordTransaction().Put("key", Encoding.UTF8.GetBytes("1"), session.Id), Token);

        await _etcd.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Token);
        Assert.True(session.IsHeld);
        await _etcd.StartAsync();

        Assert.NotNull(await store.GetAsync("key", Token));
        Assert.False(await store.IsSilentAsync(session.Id, Token));
        Assert.True(session.IsHeld);
    }

    [Fact]
    public async Task Client_that_gives_no_sign_of_life_is_silent_before_its_session_ends()
    {
        EtcdOptions options = _etcd.NewOptions() with { SessionTime = TimeSpan.FromSeconds(2), ClientSessionTime = TimeSpan.FromSeconds(30) };
        await using var store = new EtcdRecordStore(options, TimeProvider.System);
        await using IRecordSession living = await store.OpenClientSessionAsync(Token);
        var dying = new EtcdRecordStore(options, TimeProvider.System);
        await using IRecordSession dead = await dying.OpenClientSessionAsync(Token);
        await store.CommitAsync(new RecordTransaction().Put("key", Encoding.UTF8.GetBytes("1"), dead.Id), Token);
        Assert.False(await store.IsSilentAsync(dead.Id, Token));

        await dying.DisposeAsync();
        await Task.Delay(TimeSpan.FromSeconds(4), Token);

        Assert.True(await store.IsSilentAsync(dead.Id, Token));
        Assert.False(await store.IsSilentAsync(living.Id, Token));
        Assert.False(await store.IsSilentAsync(living.Id + 1, Token));
        Assert.NotNull(await store.GetAsync("key", Token));
    }

    [Fact]
    public async Task Calls_to_an_etcd_with_users_need_the_password()
    {
        using var http = new HttpClient();
        foreach ((string path, string body) in ((string, string)[])
            [("user/add", """{"name":"root","password":"secret"}"""), ("role/add", """{"name":"root"}"""),
             ("user/grant", """{"user":"root","role":"root"}"""), ("enable", "{}")])
        {
            using var content = new StringContent(body);
            (await http.PostAsync($"{_etcd.Endpoint}/v3/auth/{path}", content, Token)).EnsureSuccessStatusCode();
        }

        await using var insider = new EtcdRecordStore(_etcd.NewOptions() with { User = "root", Password = "secret" }, TimeProvider.System);
        await PutAsync(insider, "key", "value");
        Assert.NotNull(await insider.GetAsync("key", Token));
        await using IRecordSession session = await insider.OpenSessionAsync(Token);

        await using var stranger = new EtcdRecordStore(_etcd.NewOptions() with { User = "root", Password = "wrong" }, TimeProvider.System);
        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await stranger.GetAsync("key", Token));

        Assert.Equal(Errno.EACCES, error.Errno);
    }

    private static async Task PutAsync(EtcdRecordStore store, string key, string value) =>
        await store.CommitAsync(new RecordTransaction().Put(key, Encoding.UTF8.GetBytes(value)), Token);

    private static Task<string?> NextAsync(Channel<string?> told) => told.Reader.ReadAsync(Token).AsTask().WaitAsync(s_patience, Token);
}
