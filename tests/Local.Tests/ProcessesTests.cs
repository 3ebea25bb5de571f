using System.Text;
using CurveRbd.Store;
using CurveRbd.Tests;

namespace CurveRbd.Local.Tests;

/// <summary>Several processes on one store, some of them killed.</summary>
public class ProcessesTests : IAsyncLifetime
{
    private readonly TestStore _test = new();
    private IRecordStore _records = null!;
    private IVolumeStore _volumes = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        LocalStore store = await _test.OpenAsync();
        _records = store.Records;
        _volumes = store.Volumes;
        await _volumes.CreatePoolAsync("pool", None);
    }

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Transactions_of_three_processes_lose_no_increment()
    {
        await PutAsync("counter", "0");
        await using ChildProcess first = ChildProcess.Start("count", _test.Root, "30");
        await using ChildProcess second = ChildProcess.Start("count", _test.Root, "30");
        await using ChildProcess third = ChildProcess.Start("count", _test.Root, "30");

        int[] exits = await Task.WhenAll(first.EndAsync(), second.EndAsync(), third.EndAsync());

        Assert.Equal([0, 0, 0], exits);
        Assert.Equal("90", await GetAsync("counter"));
    }

    [Fact]
    public async Task Session_of_another_process_lives_and_ends_with_it()
    {
        await using ChildProcess child = ChildProcess.Start("hold", _test.Root);
        await child.HearAsync("held");
        Assert.Equal("1", await GetAsync("held"));

        await child.SayAsync("enough");
        await child.EndAsync();

        Assert.Null(await GetAsync("held"));
    }

    [Fact]
    public async Task Records_of_a_killed_process_are_never_read_again()
    {
        await using ChildProcess child = ChildProcess.Start("hold", _test.Root);
        await child.HearAsync("held");

        await child.KillAsync();

        Assert.Null(await GetAsync("held"));
        Assert.Empty(await _records.RangeAsync("", null, 0, None));
        Assert.True((await _records.CommitAsync(new RecordTransaction().RequireAbsent("held").Put("held", "2"u8.ToArray()), None)).Succeeded);
    }

    [Fact]
    public async Task Watch_hears_of_the_death_of_another_process()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ChildProcess child = ChildProcess.Start("hold", _test.Root);
        await child.HearAsync("held");
        await using IAsyncDisposable watch = await _records.WatchAsync("held", change => gone.TrySetResult(), None);

        await child.KillAsync();

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10), None);
        Assert.Null(await GetAsync("held"));
    }

    [Fact]
    public async Task Watch_in_another_process_hears_every_change_in_order()
    {
        await using ChildProcess child = ChildProcess.Start("watch", _test.Root, "w/");
        await child.HearAsync("watching");
        await using IRecordSession session = await _records.OpenSessionAsync(None);

        for (int i = 0; i < 100; i++)
            await PutAsync("w/key", $"{i}", session.Id);
        await _records.CommitAsync(new RecordTransaction().Delete("w/key"), None);

        for (int i = 0; i < 100; i++)
            await child.HearAsync($"w/key={i}");
        await child.HearAsync("w/key gone");
    }

    [Fact]
    public async Task Kill_in_the_middle_of_commits_loses_nothing_acknowledged()
    {
        for (int round = 0; round < 3; round++)
        {
            await using ChildProcess child = ChildProcess.Start("commit", _test.Root);
            string acknowledged = "0";
            for (int i = 0; i < 5 + 7 * round; i++)
                acknowledged = await child.HearAsync();

            await child.KillAsync();

            string left = (await GetAsync("left"))!;
            Assert.Equal(left, await GetAsync("right"));
            Assert.True(int.Parse(left) >= int.Parse(acknowledged));
            Assert.Null(await GetAsync("bound"));
        }
    }

    [Fact]
    public async Task Kill_of_all_processes_leaves_a_store_that_opens_again()
    {
        await _test.CloseAsync();
        await using ChildProcess first = ChildProcess.Start("commit", _test.Root);
        await using ChildProcess second = ChildProcess.Start("sessions", _test.Root, "b");
        await second.HearAsync("started");
        string acknowledged = "0";
        for (int i = 0; i < 10; i++)
            acknowledged = await first.HearAsync();

        await Task.WhenAll(first.KillAsync(), second.KillAsync());

        _records = (await _test.OpenAsync()).Records;
        Assert.True(int.Parse((await GetAsync("left"))!) >= int.Parse(acknowledged));
        Assert.Empty(await _records.RangeAsync("clients/", null, 0, None));
        Assert.Null(await GetAsync("bound"));
    }

    [Fact]
    public async Task Kill_in_the_middle_of_writes_leaves_whole_rounds()
    {
        var path = new VolumePath("pool", "volume", "");
        await _volumes.CreateAsync(path, 1024 * 1024, None);
        await using ChildProcess child = ChildProcess.Start("write", _test.Root);
        int round = 0;
        for (int i = 0; i < 5; i++)
            round = int.Parse(await child.HearAsync());

        await child.KillAsync();

        await using IVolume volume = await _volumes.OpenAsync(path, readOnly: true, None);
        byte[] read = new byte[(int)volume.Size];
        await volume.ReadAsync(0, read);
        Assert.All(read.Distinct(), written => Assert.InRange(written, round, round + 20));
    }

    [Fact]
    public async Task SqliteLibrary_names_the_file_that_is_loaded()
    {
        string copy = Path.Combine(Path.GetDirectoryName(_test.Root)!, "private-sqlite.so");
        string own = Directory.GetFiles(AppContext.BaseDirectory, "libe_sqlite3.so", SearchOption.AllDirectories)
            .Single(path => path.Contains(System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier.Replace("debian.12", "linux", StringComparison.Ordinal), StringComparison.Ordinal));
        File.Copy(own, copy);

        await using ChildProcess child = ChildProcess.Start("library", _test.Root, copy);

        await child.HearAsync("mapped");
        await child.HearAsync("alone");
        Assert.Equal(0, await child.EndAsync());
    }

    private async Task PutAsync(string key, string value, long session = 0) =>
        await _records.CommitAsync(new RecordTransaction().Put(key, Encoding.ASCII.GetBytes(value), session), None);

    private async Task<string?> GetAsync(string key) =>
        await _records.GetAsync(key, None) is { } found ? Encoding.ASCII.GetString(found.Value.Span) : null;
}
