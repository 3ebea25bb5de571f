using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Writers that never overlap but share clusters, while layers merge below them.</summary>
public sealed class LayerStackConcurrencyTests
{
    private const int Sector = 4096;
    private const int WorkerCount = 16;
    private const int SectorsPerWorker = 40; // of 640 neighbours: every cluster is shared by all workers
    private const ulong Start = OverlayHeader.RegionSize - 20 * OverlayHeader.ClusterSize;

    private static readonly VolumeLimits s_limits = new(
        BlockSize: 4096, SizeMin: 10UL << 30, SizeGranularity: 1UL << 30, SizeMax: 4UL << 40, CanShrink: false,
        WritesAreDurable: false, NameLengthMax: 255);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Requests_on_shared_clusters_keep_each_others_bytes_while_a_head_merges(int overlayCount)
    {
        CrashVolumeHandle.IsAsync.Value = true;
        var store = new CrashStore(s_limits, new Random(7));
        await using LayerStack stack = await OpenAsync(store, overlayCount);
        await stack.WriteAsync(Start, new byte[WorkerCount * SectorsPerWorker * Sector]); // so that the head has something to move
        LayerMerge merge = await stack.BeginMergeAsync(stack.Layers[^1].Volume, new MergeOptions { ClustersAtOnce = 3 });
        using var over = new CancellationTokenSource();

        Task<uint[]>[] workers = [.. Enumerable.Range(0, WorkerCount).Select(worker => StartAsync(() => WorkAsync(stack, worker)))];
        Task merging = RepeatAsync(() => merge.RunAsync(over.Token), over.Token);
        Task flushing = RepeatAsync(() => stack.FlushAsync().AsTask(), over.Token);
        uint[][] stamps = await Task.WhenAll(workers);
        await over.CancelAsync();
        await Task.WhenAll(merging, flushing);
        await merge.RunAsync(CancellationToken.None);

        Assert.True(merge.MovedCount > 0);
        Assert.True(await stack.FinishMergeAsync(merge));
        for (int worker = 0; worker < WorkerCount; worker++)
        {
            for (int i = 0; i < SectorsPerWorker; i++)
                Assert.Equal(stamps[worker][i], await ReadAsync(stack, worker, i));
        }
    }

    private static async Task<LayerStack> OpenAsync(CrashStore store, int overlayCount)
    {
        var layers = new List<LayerSource> { new(store.Create("plain", 1UL << 30), s_limits, IsOverlay: false) };
        for (int i = 0; i < overlayCount; i++)
        {
            OverlayHeader header = OverlayHeader.For(1UL << 30, Guid.Empty);
            IVolume volume = store.Create($"overlay-{i}", header.InitialVolumeSize(s_limits));
            await OverlayVolume.FormatAsync(volume, header);
            layers.Add(new LayerSource(volume, s_limits, IsOverlay: true));
        }

        return await LayerStack.OpenAsync(layers, LayerStackOptions.Default with { TableBytesMax = 1 });
    }

    private static async Task<T> StartAsync<T>(Func<Task<T>> work)
    {
        await Task.Yield();
        return await work();
    }

    private static async Task RepeatAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await action();
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Yield();
        }
    }

    private static async Task<uint[]> WorkAsync(LayerStack stack, int worker)
    {
        var random = new Random(worker);
        var stamps = new uint[SectorsPerWorker];
        for (uint step = 1; step <= 300; step++)
        {
            int i = random.Next(SectorsPerWorker);
            switch (random.Next(4))
            {
                case 0:
                    Assert.Equal(stamps[i], await ReadAsync(stack, worker, i));
                    break;
                case 1:
                    await stack.ZeroAsync(OffsetOf(worker, i), Sector, ZeroMode.Unmap);
                    stamps[i] = 0;
                    break;
                default:
                    stamps[i] = step;
                    await stack.WriteAsync(OffsetOf(worker, i), Fill(step));
                    break;
            }
        }

        return stamps;
    }

    private static async Task<uint> ReadAsync(LayerStack stack, int worker, int i)
    {
        var data = new byte[Sector];
        await stack.ReadAsync(OffsetOf(worker, i), data);
        uint stamp = BitConverter.ToUInt32(data);
        Assert.Equal(Fill(stamp), data);
        return stamp;
    }

    private static byte[] Fill(uint stamp)
    {
        var data = new byte[Sector];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(data.AsSpan()).Fill(stamp);
        return data;
    }

    private static ulong OffsetOf(int worker, int i) => Start + (ulong)((i * WorkerCount + worker) * Sector);
}
