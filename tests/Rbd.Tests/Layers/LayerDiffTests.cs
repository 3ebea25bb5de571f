using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class LayerDiffTests
{
    private const int Cluster = LayerStackFixture.Cluster;
    private readonly LayerStackFixture _fixture = new(LayerStackFixture.Files);

    [Fact]
    public async Task ReadStepAsync_two_snapshots_reports_the_clusters_written_and_hidden_in_between()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 1);
        await head.WriteAsync(0, new byte[] { 1 });
        await head.WriteAsync(5 * Cluster, new byte[] { 1 });
        await _fixture.PushAsync(head);
        await head.WriteAsync(3 * Cluster, LayerStackFixture.Filled(2 * Cluster, 2));
        await head.ZeroAsync(5 * Cluster, Cluster, ZeroMode.Unmap);
        LayerStack from = await _fixture.OpenAgainAsync(head, count: 2);

        LayerDiffExtent[] found = await DiffAsync(from, head, 0, LayerStackFixture.ImageSize);

        Assert.Equal([new(3 * Cluster, 2 * Cluster, true), new(5 * Cluster, Cluster, false)], found);
    }

    [Fact]
    public async Task ReadStepAsync_one_state_twice_reports_nothing()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 2);
        await head.WriteAsync(OverlayHeader.RegionSize - 100, LayerStackFixture.Filled(1000, 2));
        LayerStack from = await _fixture.OpenAgainAsync(head, count: 3);

        LayerDiffExtent[] found = await DiffAsync(from, head, 0, LayerStackFixture.ImageSize);

        Assert.Empty(found);
    }

    [Fact]
    public async Task ReadStepAsync_from_nothing_reports_what_is_allocated_cut_to_the_window()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 0);
        await head.WriteAsync(4096, new byte[] { 1 });
        await _fixture.PushAsync(head);
        await head.WriteAsync(OverlayHeader.RegionSize - 1, new byte[] { 2, 3 });

        LayerDiffExtent[] found = await DiffAsync(null, head, 4000, OverlayHeader.RegionSize + 10);

        Assert.Equal([new(4096, 4096, true), new(OverlayHeader.RegionSize - Cluster, Cluster + 10, true)], found);
    }

    [Fact]
    public async Task ReadStepAsync_siblings_after_a_rollback_reports_both_sides()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 1);
        await head.WriteAsync(0, new byte[] { 1 });
        LayerStack from = await _fixture.OpenAgainAsync(head, count: 2);
        LayerSource[] layers = [head.Layers[0], await _fixture.CreateOverlayAsync()];
        await head.ArrangeAsync(layers);
        await head.WriteAsync(2 * Cluster, new byte[] { 1 });

        LayerDiffExtent[] found = await DiffAsync(from, head, 0, LayerStackFixture.ImageSize);

        Assert.Equal([new(0, Cluster, false), new(2 * Cluster, Cluster, true)], found);
    }

    [Fact]
    public async Task ReadStepAsync_without_the_parent_leaves_its_layers_out()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 2);
        LayerSource own = head.Layers[2];
        LayerStack parent = await _fixture.OpenAgainAsync(head, count: 2);
        await parent.WriteAsync(0, new byte[] { 1 });
        await parent.FlushAsync();
        await head.WriteAsync(Cluster, new byte[] { 1 });

        LayerDiffExtent[] found = await DiffAsync(null, head, 0, LayerStackFixture.ImageSize, path => path == own.Volume.Path);

        Assert.Equal([new(Cluster, Cluster, true)], found);
    }

    [Fact]
    public async Task FindEndOfStepAsync_passes_over_regions_that_no_overlay_holds_anything_of()
    {
        LayerStack head = await _fixture.OpenAsync(overlayCount: 2);
        await head.Layers[0].Volume.WriteAsync(300UL << 20, LayerStackFixture.Filled(4096, 1));
        await head.WriteAsync(640UL << 20, new byte[] { 1 }); // the start of a region, and not durable yet
        var diff = new LayerDiff(null, 0, head);

        ulong first = await diff.FindEndOfStepAsync(0);
        ulong second = await diff.FindEndOfStepAsync(first);
        VolumeExtent? data = await head.NextDataAsync(0, LayerStackFixture.ImageSize);
        VolumeExtent? next = await head.NextDataAsync(data!.Value.End, LayerStackFixture.ImageSize);

        Assert.Equal(640UL << 20, first);
        Assert.Equal(704UL << 20, second);
        Assert.True(await diff.FindEndOfStepAsync(second) >= LayerStackFixture.ImageSize);
        Assert.Equal(300UL << 20, data.Value.Offset);
        Assert.Equal(new VolumeExtent(640UL << 20, Cluster), next);
        Assert.Contains(
            new LayerDiffExtent(640UL << 20, Cluster, Exists: true), await DiffAsync(null, head, 0, LayerStackFixture.ImageSize));
    }

    private static async Task<LayerDiffExtent[]> DiffAsync(
        LayerStack? from, LayerStack to, ulong offset, ulong end, Predicate<VolumePath>? isCounted = null)
    {
        var diff = new LayerDiff(from, ulong.MaxValue, to);
        var found = new List<LayerDiffExtent>();
        await foreach (LayerDiffExtent extent in LayerDiffExtent.JoinAsync(ReadAsync(), TestContext.Current.CancellationToken))
            found.Add(extent);
        return [.. found];

        async IAsyncEnumerable<LayerDiffExtent> ReadAsync()
        {
            for (ulong next; offset < end; offset = next)
            {
                next = Math.Min(end, await diff.FindEndOfStepAsync(offset));
                foreach (LayerDiffExtent extent in await diff.ReadStepAsync(offset, next, isCounted ?? (_ => true)))
                    yield return extent;
            }
        }
    }
}
