using CurveRbd.Store;

namespace CurveRbd.Local.Tests;

/// <summary>What requests leave behind: nothing on the GC heap, no file descriptor.</summary>
[Collection(nameof(Alone))]
public sealed class VolumeCostTests : IAsyncDisposable
{
    private const int Requests = 2000;

    // The runtime's own bookkeeping (tiering, timers) allocates now and then; one object a request would be 48,000 bytes or more.
    private const long NoiseMax = 24 * Requests / 2;

    private readonly TestStore _test = new();

    private static CancellationToken None => CancellationToken.None;

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Theory]
    [InlineData("cached read", 4096)]
    [InlineData("write at once", 4096)]
    [InlineData("queued write", 4097)]
    [InlineData("queued read", 128 * 1024)]
    public async Task Request_in_the_steady_state_allocates_nothing(string kind, int length)
    {
        await using IVolume volume = await OpenVolumeAsync(1024 * 1024);
        byte[] buffer = new byte[length];
        bool isRead = kind.Contains("read", StringComparison.Ordinal);
        await RepeatAsync(volume, buffer, isRead);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RepeatAsync(volume, buffer, isRead);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.InRange(allocated, 0, NoiseMax);
    }

    [Fact]
    public async Task Opening_and_closing_leaks_no_descriptor()
    {
        await using (await OpenVolumeAsync(4096))
        {
        }

        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 50; i++)
        {
            LocalStore store = await _test.OpenAsync();
            await using IVolume volume = await store.Volumes.OpenAsync(new VolumePath("pool", "volume", ""), false, None);
            await volume.FlushAsync();
            await Assert.ThrowsAsync<StorageException>(() => store.Volumes.OpenAsync(new VolumePath("pool", "none", ""), false, None));
            await _test.CloseAsync();
        }

        await _test.OpenAsync();
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 2);
    }

    [Fact]
    public async Task Rounds_of_a_client_that_connects_and_opens_stay_far_below_two_milliseconds()
    {
        LocalStore keeper = await _test.OpenAsync();
        await keeper.DisposeAsync();
        await RoundAsync();

        const int Rounds = 200;
        long start = Environment.TickCount64;
        for (int i = 0; i < Rounds; i++)
            await RoundAsync();
        long elapsedMs = Environment.TickCount64 - start;

        // Generous, for machines that do other things as well: it is 0.2 to 0.5 ms each.
        Assert.InRange(elapsedMs, 0, Rounds * 10);
    }

    private async Task RoundAsync()
    {
        await using LocalStore store = await LocalStore.OpenAsync(_test.Root, None);
        await using IRecordSession session = await store.Records.OpenSessionAsync(None);
        await store.Records.CommitAsync(new RecordTransaction().Put("watcher", "1"u8.ToArray(), session.Id), None);
        await using IAsyncDisposable watch = await store.Records.WatchAsync("image/", _ => { }, None);
    }

    private static async Task RepeatAsync(IVolume volume, byte[] buffer, bool isRead)
    {
        for (int i = 0; i < Requests; i++)
        {
            if (isRead)
                await volume.ReadAsync(0, buffer);
            else
                await volume.WriteAsync(0, buffer);
        }
    }

    private async Task<IVolume> OpenVolumeAsync(ulong size)
    {
        LocalStore store = await _test.OpenAsync();
        await store.Volumes.CreatePoolAsync("pool", None);
        await store.Volumes.CreateAsync(new VolumePath("pool", "volume", ""), size, None);
        return await store.Volumes.OpenAsync(new VolumePath("pool", "volume", ""), readOnly: false, None);
    }
}
