using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Curve.Tests;

/// <summary>What I/O allocates in this process, with the cluster in another one. Runs while no other test does.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("curve-allocations").FullName;
    private readonly Process _cluster;

    public AllocationTests()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "CurveRbd.TestCluster"), [_directory, "--until-eof"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        _cluster = Process.Start(start)!;
    }

    [Theory]
    [InlineData(false, 1, 4096)]
    [InlineData(true, 1, 4096)]
    [InlineData(false, 32, 4096)]
    [InlineData(true, 32, 4096)]
    [InlineData(false, 256, 4096)]
    [InlineData(true, 256, 4096)]
    [InlineData(false, 32, 1 << 20)]
    public async Task Requests_in_steady_state_allocate_next_to_nothing(bool isNebd, int depth, int size)
    {
        await using CurveVolumeStore store = await CurveVolumeStore.ConnectAsync(await OptionsAsync(isNebd), TimeProvider.System, Fixture.Token);
        await store.CreatePoolAsync("pool", Fixture.Token);
        await store.CreateAsync(Fixture.Volume, 10 * Fixture.GiB, Fixture.Token);
        await using IVolume volume = await store.OpenAsync(Fixture.Volume, readOnly: false, Fixture.Token);
        var data = new byte[size];
        var requests = new ValueTask[depth];
        int count = size > 4096 ? 300 : 3000;
        await RunAsync(volume, data, requests, count);

        long best = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(volume, data, requests, count);
            best = Math.Min(best, (GC.GetTotalAllocatedBytes(precise: true) - before) / (2 * count));
        }

        // Measured 0; the rest is room for what the test host and the session do meanwhile.
        Assert.True(best < 64, $"{best} bytes a request");
    }

    public void Dispose()
    {
        _cluster.StandardInput.Close();
        _cluster.WaitForExit();
        _cluster.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task RunAsync(IVolume volume, byte[] data, ValueTask[] requests, int count)
    {
        for (int i = 0; i < 2 * count; i += requests.Length)
        {
            for (int j = 0; j < requests.Length; j++)
            {
                ulong offset = (ulong)((i + j) % 100) * (ulong)data.Length;
#pragma warning disable CA2012 // Each is awaited exactly once, below.
                requests[j] = (i + j) % 2 == 0 ? volume.WriteAsync(offset, data) : volume.ReadAsync(offset, data);
#pragma warning restore CA2012
            }

            for (int j = 0; j < requests.Length; j++)
                await requests[j];
        }
    }

    private async Task<CurveOptions> OptionsAsync(bool isNebd)
    {
        string conf = Path.Combine(_directory, "curverbd.conf");
        while (!File.Exists(conf))
        {
            Assert.False(_cluster.HasExited, "the test cluster did not start");
            await Task.Delay(20, Fixture.Token);
        }

        Dictionary<string, string> settings = File.ReadLines(conf).Where(line => line.Contains('=', StringComparison.Ordinal))
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[1]);
        CurveOptions options = CurveSettings.Read(settings, "alice");
        return isNebd ? options with { NebdSocket = Path.Combine(_directory, "nebd.sock") } : options;
    }
}
