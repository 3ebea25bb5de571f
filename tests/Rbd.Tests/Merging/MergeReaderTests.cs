using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// A stack that reads layers while another stack, as in another process, merges two of them: it reads the right contents before, in
/// the middle, and after, with tables that it looked up at any of these times.
/// </summary>
public sealed class MergeReaderTests
{
    private const int Cluster = OverlayHeader.ClusterSize;

    [Fact]
    public async Task Table_looked_up_before_the_merge_still_reads_right_after_it()
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerStack writer = await WrittenAsync(fixture);
        LayerStack reader = await OpenReaderAsync(fixture, writer);
        await ExpectAsync(reader);

        await MergeFrozenAsync(fixture, writer);

        await ExpectAsync(reader);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(32L << 20)]
    public async Task Region_that_is_loaded_after_the_merge_is_read_from_the_lower_layer(long tableBytesMax)
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerStack writer = await WrittenAsync(fixture);
        LayerStack reader = await OpenReaderAsync(fixture, writer, tableBytesMax);
        if (tableBytesMax == 0)
            await ExpectAsync(reader); // nothing of it stays in memory but what is empty

        await MergeFrozenAsync(fixture, writer);

        await ExpectAsync(reader);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Region_that_is_loaded_in_the_middle_of_the_merge_misses_no_cluster(int readsBefore)
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerStack writer = await WrittenAsync(fixture);
        var interceptor = new Interceptor();
        LayerStack reader = await OpenReaderAsync(fixture, writer, interceptor: interceptor);
        int reads = 0;
        interceptor.After = async call =>
        {
            if (call.StartsWith("read", StringComparison.Ordinal) && ++reads == readsBefore)
                await MergeFrozenAsync(fixture, writer); // after the reading of one table, before that of the next
        };

        await ExpectAsync(reader);

        Assert.True(reads > readsBefore);
    }

    [Fact]
    public async Task Merged_layers_in_new_order_read_as_before()
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerStack writer = await WrittenAsync(fixture);
        LayerStack reader = await OpenReaderAsync(fixture, writer);
        await ExpectAsync(reader);
        await MergeFrozenAsync(fixture, writer);

        IReadOnlyList<LayerSource> layers = reader.Layers;
        await reader.ArrangeAsync([layers[0], layers[1], layers[3]]);
        await layers[2].Volume.DisposeAsync();
        fixture.Store.Delete(layers[2].Volume.Path.Name);

        await ExpectAsync(reader);
    }

    [Fact]
    public async Task Plain_layer_that_is_extended_for_a_merge_is_read_to_its_new_end()
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Files);
        LayerSource plain = fixture.CreatePlain(size: 2 * Cluster);
        LayerStack writer = await LayerStack.OpenAsync([plain, await fixture.CreateOverlayAsync()], LayerStackOptions.Default);
        await writer.WriteAsync(5 * Cluster, LayerStackFixture.Filled(Cluster, 5));
        await fixture.PushAsync(writer);
        LayerStack reader = await fixture.OpenAgainAsync(writer, 3);
        IVolume extended = fixture.Store.Open(plain.Volume.Path.Name);
        await extended.ResizeAsync(6 * Cluster, CancellationToken.None);
        await reader.ArrangeAsync(Merging(reader.Layers, 1));

        await MergeFrozenAsync(fixture, writer, upper: 1);

        Assert.Equal(LayerStackFixture.Filled(Cluster, 5), await LayerStackFixture.ReadAsync(reader, 5 * Cluster, Cluster));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Reader_beside_a_running_merge_reads_nothing_else_than_what_was_written(int seed)
    {
        CrashVolumeHandle.IsAsync.Value = true;
        var fixture = new LayerStackFixture(LayerStackFixture.Files);
        var random = new Random(seed);
        LayerStack writer = await fixture.OpenAsync(0);
        byte[] model = await ScatterAsync(fixture, writer, random);
        LayerStack reader = await OpenReaderAsync(fixture, writer, tableBytesMax: 0);

        Task merge = Task.Run(
            () => MergeFrozenAsync(fixture, writer, options: new MergeOptions { ClustersAtOnce = 2 }), CancellationToken.None);
        int rounds = 0;
        do
        {
            int cluster = random.Next(64);
            byte[] read = await LayerStackFixture.ReadAsync(reader, OffsetOf(cluster), Cluster);
            Assert.True(read.AsSpan().IndexOfAnyExcept(model[cluster]) < 0, $"seed {seed}, round {rounds}, cluster {cluster}");
            rounds++;
        }
        while (!merge.IsCompleted);
        await merge;

        for (int cluster = 0; cluster < 64; cluster++)
            Assert.Equal(model[cluster], (await LayerStackFixture.ReadAsync(reader, OffsetOf(cluster), 4096))[0]);
    }

    [Fact]
    public async Task Free_places_are_counted_anew_after_another_stack_has_merged_into_the_layer()
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerStack owner = await WrittenAsync(fixture);
        IReadOnlyList<LayerSource> before = owner.Layers;
        await owner.ArrangeAsync(Merging(before, 2));
        await MergeFrozenAsync(fixture, owner);
        await owner.ArrangeAsync([before[0], before[1], before[3]]);

        LayerMerge merge = await owner.BeginMergeAsync(before[3].Volume, MergeOptions.Default);
        await owner.WriteAsync(20 * Cluster, LayerStackFixture.Filled(Cluster, 20)); // absent above: goes to the layer merged into
        await merge.RunAsync(CancellationToken.None);

        await ExpectAsync(owner);
        Assert.Equal(LayerStackFixture.Filled(Cluster, 20), await LayerStackFixture.ReadAsync(owner, 20 * Cluster, Cluster));
    }

    // Two far regions, so that one table block of the lower layer is empty before the merge.
    private static ulong OffsetOf(int cluster) => (ulong)(cluster % 2) * OverlayHeader.RegionSize + (ulong)(cluster / 2) * Cluster;

    // plain: 0..7 are 1; P: 1 and 2 are 2; C: 2 and 3 are 3, 4 is zeros, and 9 in a region of its own; the head: 5 is 4.
    private static async Task<LayerStack> WrittenAsync(LayerStackFixture fixture)
    {
        LayerStack stack = await fixture.OpenAsync(0);
        await stack.WriteAsync(0, LayerStackFixture.Filled(8 * Cluster, 1));
        await fixture.PushAsync(stack);
        await stack.WriteAsync(Cluster, LayerStackFixture.Filled(2 * Cluster, 2));
        await fixture.PushAsync(stack);
        await stack.WriteAsync(2 * Cluster, LayerStackFixture.Filled(2 * Cluster, 3));
        await stack.ZeroAsync(4 * Cluster, Cluster, ZeroMode.Unmap);
        await stack.WriteAsync(OverlayHeader.RegionSize, LayerStackFixture.Filled(Cluster, 9));
        await fixture.PushAsync(stack);
        await stack.WriteAsync(5 * Cluster, LayerStackFixture.Filled(Cluster, 4));
        await stack.FlushAsync();
        return stack;
    }

    private static async Task ExpectAsync(LayerStack stack)
    {
        byte[] expected = [1, 2, 3, 3, 0, 4, 1, 1];
        for (int cluster = 0; cluster < expected.Length; cluster++)
        {
            byte[] read = await LayerStackFixture.ReadAsync(stack, (ulong)cluster * Cluster, Cluster);
            Assert.True(read.AsSpan().IndexOfAnyExcept(expected[cluster]) < 0, $"cluster {cluster} reads as {read[0]}");
        }

        Assert.Equal(9, (await LayerStackFixture.ReadAsync(stack, OverlayHeader.RegionSize, 4096))[0]);
    }

    private static async Task<byte[]> ScatterAsync(LayerStackFixture fixture, LayerStack stack, Random random)
    {
        var model = new byte[64];
        for (int round = 0; round < 3; round++)
        {
            await fixture.PushAsync(stack);
            for (int i = 0; i < 24; i++)
            {
                int cluster = random.Next(64);
                model[cluster] = (byte)random.Next(1, 256);
                await stack.WriteAsync(OffsetOf(cluster), LayerStackFixture.Filled(Cluster, model[cluster]));
            }
        }

        return model;
    }

    private static async Task<LayerStack> OpenReaderAsync(
        LayerStackFixture fixture, LayerStack writer, long tableBytesMax = 32L << 20, Interceptor? interceptor = null)
    {
        await writer.FlushAsync();
        LayerSource[] layers = [.. writer.Layers.Select(layer => layer with { Volume = Open(fixture, layer, interceptor) })];
        return await LayerStack.OpenAsync(Merging(layers, 2), new LayerStackOptions { TableBytesMax = tableBytesMax });
    }

    private static IVolume Open(LayerStackFixture fixture, LayerSource layer, Interceptor? interceptor)
    {
        IVolume volume = fixture.Store.Open(layer.Volume.Path.Name);
        return interceptor is null ? volume : new InterceptedVolume(volume, interceptor);
    }

    private static LayerSource[] Merging(IReadOnlyList<LayerSource> layers, int upper) =>
        [.. layers.Select((layer, index) => layer with { IsMerging = index == upper })];

    // With handles of its own, as another process would.
    private static async Task MergeFrozenAsync(LayerStackFixture fixture, LayerStack writer, int upper = 2, MergeOptions? options = null)
    {
        LayerSource[] pair = [.. writer.Layers.Skip(upper - 1).Take(2).Select(
            layer => layer with { Volume = fixture.Store.Open(layer.Volume.Path.Name), Overlap = ulong.MaxValue })];
        LayerStack merging = await LayerStack.OpenAsync(pair, LayerStackOptions.Default);
        LayerMerge merge = await merging.BeginMergeAsync(pair[1].Volume, options ?? MergeOptions.Default);
        await merge.RunAsync(CancellationToken.None);
        Assert.True(await merge.IsDoneAsync());
        await merging.DisposeAsync();
    }
}
