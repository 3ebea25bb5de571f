using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>Layers that nobody needs any more, dropped and merged by their records.</summary>
public sealed class LayerMergerTests
{
    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Layer_of_a_removed_snapshot_takes_in_the_one_above(bool isCurve)
    {
        await using TestPool pool = await CreatePoolAsync(isCurve);
        RecordedImage image = await CreateChainAsync(pool);
        await image.RemoveSnapshotAsync("two");

        Assert.True(await RunAsync(pool, image));

        Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));
        Assert.Equal([1, 1, 3, 3, 0, 0], await image.ReadAsync(6, "three"));
        Assert.Equal([1, 1, 1, 0, 1, 0], await image.ReadAsync(6, "one"));
        Assert.Equal(3, (await image.ReadGraphAsync()).Layers.Count);
        Assert.Equal(3, (await pool.ListVolumesAsync()).Count());
        await ExpectConsistentAsync(pool);
    }

    [Fact]
    public async Task Everything_below_the_head_is_merged_into_the_plain_layer()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: true);
        RecordedImage image = await CreateChainAsync(pool);
        foreach (string snapshot in (string[])["one", "three", "two"])
            await image.RemoveSnapshotAsync(snapshot);

        Assert.False(await RunAsync(pool, image)); // the head itself is its owner's to merge

        LayerGraph graph = await image.ReadGraphAsync();
        Assert.Equal([LayerKind.Overlay, LayerKind.Plain], graph.ChainOf(graph.Header.Value.HeadLayer).Select(layer => layer.Value.Kind));
        Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));
        Assert.Equal(2, (await pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Layer_that_two_layers_lie_on_stays()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        RecordedImage image = await RecordedImage.CreateAsync(pool);
        await image.WriteAsync(1, 0);
        string below = (await image.ReadGraphAsync()).Header.Value.HeadLayer;
        await image.PushAsync("one");
        await image.PushAsync("two");
        string rolledBack = await image.PushAsync();
        await image.ChangeLayerAsync(rolledBack, layer => layer with { Below = below });
        await image.RemoveSnapshotAsync("one");

        Assert.True(await RunAsync(pool, image));

        Assert.Contains(below, (await image.ReadGraphAsync()).Layers.Keys);
        Assert.Equal(2, (await image.ReadGraphAsync()).ReferencesTo(below));
    }

    [Fact]
    public async Task Branch_that_nothing_leads_to_is_dropped_with_its_volumes()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        RecordedImage image = await CreateChainAsync(pool);
        LayerGraph graph = await image.ReadGraphAsync();
        string first = graph.Snapshots[0].Value.Layer;
        string rolledBack = await image.PushAsync();
        await image.ChangeLayerAsync(rolledBack, layer => layer with { Below = first });
        await image.RemoveSnapshotAsync("three");
        await image.RemoveSnapshotAsync("two");

        Assert.True(await LayerMerger.DropAsync(pool.Images, image.Id, TimeSpan.FromSeconds(5), CancellationToken.None));

        Assert.Equal([first, rolledBack], (await image.ReadGraphAsync()).Layers.Keys.OrderBy(id => id != first));
        Assert.Equal(2, (await pool.ListVolumesAsync()).Count());
        await ExpectConsistentAsync(pool);
    }

    [Fact]
    public async Task Layer_below_a_cut_overlap_is_trimmed_and_what_was_cut_stays_zero()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: true);
        RecordedImage image = await RecordedImage.CreateAsync(pool);
        await image.WriteAsync(1, 0, 1, 2, 3);
        await image.PushAsync("one");
        await image.WriteAsync(2, 1, 2, 3);
        string cut = await image.PushAsync("two");
        await image.ChangeLayerAsync(cut, layer => layer with { BelowOverlap = (2UL * RecordedImage.Cluster) + 4096 });
        await image.WriteAsync(9, 3);
        await image.PushAsync("three");
        await image.RemoveSnapshotAsync("two");

        Assert.True(await RunAsync(pool, image));

        LayerStack stack = await image.OpenAsync((await image.ReadGraphAsync()).Header.Value.HeadLayer);
        byte[] read = await LayerStackFixture.ReadAsync(stack, 0, 4 * RecordedImage.Cluster);
        byte[] expected =
        [
            .. LayerStackFixture.Filled(RecordedImage.Cluster, 1),
            .. LayerStackFixture.Filled(RecordedImage.Cluster, 2),
            .. LayerStackFixture.Filled(4096, 2),
            .. LayerStackFixture.Filled(RecordedImage.Cluster - 4096, 0),
            .. LayerStackFixture.Filled(RecordedImage.Cluster, 9),
        ];
        Assert.Equal(expected, read);
        Assert.Equal([1, 1, 1, 1], await image.ReadAsync(4, "one"));
        LayerGraph graph = await image.ReadGraphAsync();
        Assert.Equal(3, graph.Layers.Count);
        Assert.Equal((2UL * RecordedImage.Cluster) + 4096, graph.Layers[cut].Value.BelowOverlap);
        await stack.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_moves_before_everybody_follows()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        RecordedImage image = await CreateChainAsync(pool);
        await image.RemoveSnapshotAsync("two");
        await image.PutReaderAsync("late", seenRevision: 1);
        LayerGraph before = await image.ReadGraphAsync();
        var merger = new LayerMerger(pool.Images, image.Id, MergeOptions.Default) { Patience = TimeSpan.FromMilliseconds(20) };

        Assert.False(await merger.RunAsync(CancellationToken.None));

        LayerGraph after = await image.ReadGraphAsync();
        Assert.Equal(before.Layers.Keys.Order(), after.Layers.Keys.Order());
        Assert.Single(after.Layers.Values, layer => layer.Value.IsMerging);
        Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));

        await image.PutReaderAsync("late", seenRevision: long.MaxValue);
        Assert.True(await merger.RunAsync(CancellationToken.None));
        Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));
    }

    [Fact]
    public async Task Volume_that_somebody_may_still_read_is_left_to_who_comes_later()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        RecordedImage image = await CreateChainAsync(pool);
        string top = await image.PushAsync();
        await image.ChangeHeaderAsync(header => header with { HeadLayer = (image.ReadGraphAsync().Result).Layers[top].Value.Below! });
        await image.PutReaderAsync("late", (await image.GetHeaderRecordAsync()).Revision);

        Assert.False(await LayerMerger.DropAsync(pool.Images, image.Id, TimeSpan.FromMilliseconds(20), CancellationToken.None));

        Assert.Equal(5, (await pool.ListVolumesAsync()).Count());
        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
        Assert.Equal(("unfinished-removal", false), (Assert.Single(found).Kind, found[0].IsRepaired));
        Assert.Equal(5, (await pool.ListVolumesAsync()).Count());

        await image.PutReaderAsync("late", long.MaxValue);
        await pool.ListAsync();
        Assert.Equal(4, (await pool.ListVolumesAsync()).Count());
        await ExpectConsistentAsync(pool);
    }

    [Fact]
    public async Task Only_one_merges_an_image_at_a_time()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        RecordedImage image = await CreateChainAsync(pool);
        await image.RemoveSnapshotAsync("two");
        MergeLease other = (await MergeLease.TryTakeAsync(pool.Images, image.Id, CancellationToken.None))!;

        Assert.False(await RunAsync(pool, image));
        await other.DisposeAsync();

        Assert.True(await RunAsync(pool, image));
    }

    [Fact]
    public async Task Removing_one_of_thirty_snapshots_moves_only_the_data_between_its_neighbours()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await CreatePoolAsync(isCurve: true);
        RecordedImage image = await RecordedImage.CreateAsync(pool);
        await image.WriteAsync(1, [.. Enumerable.Range(0, 200)]);
        for (int i = 1; i <= 30; i++)
        {
            await image.PushAsync($"s{i}");
            await image.WriteAsync((byte)i, [.. Enumerable.Range(i * 3, 5)]);
        }

        await image.RemoveSnapshotAsync("s15");
        Rados.IoContext io = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        var merger = new LayerMerger(new ImagePool(io), image.Id, MergeOptions.Default);

        Assert.True(await merger.RunAsync(CancellationToken.None));

        long written = BytesOf(interceptor, "write");
        Assert.InRange(written, 5 * RecordedImage.Cluster, (5 * RecordedImage.Cluster) + (4 * OverlayHeader.TableBlockSize));
        Assert.InRange(BytesOf(interceptor, "read"), 5 * RecordedImage.Cluster, (5 * RecordedImage.Cluster) + (16 * OverlayHeader.TableBlockSize));
    }

    [Fact]
    public async Task Merge_cut_short_anywhere_goes_on_where_it_was()
    {
        for (int call = 1; ; call++)
        {
            var volumes = new MemoryVolumes(TestPool.CurveLimits);
            var records = new MemoryRecords();
            await using TestPool pool = await TestPool.CreateAsync(volumes, records);
            RecordedImage image = await CreateChainAsync(pool);
            await image.RemoveSnapshotAsync("two");
            int fatal = call;
            var faults = new StoreFaults { Decide = (number, _) => number >= fatal ? new StorageException(Errno.EIO, "the store is gone") : null };
            volumes.Faults = faults;
            records.Faults = faults;
            Exception? error = await Xunit.Record.ExceptionAsync(() => RunAsync(pool, image));
            volumes.Faults = null;
            records.Faults = null;

            Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));
            Assert.Equal([1, 1, 3, 3, 0, 0], await image.ReadAsync(6, "three"));
            Assert.Equal([1, 1, 1, 0, 1, 0], await image.ReadAsync(6, "one"));
            await RunAsync(pool, image);
            await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
            Assert.Equal(3, (await pool.ListVolumesAsync()).Count());
            Assert.Equal([1, 1, 3, 3, 0, 4], await image.ReadAsync(6));
            await ExpectConsistentAsync(pool);
            if (error is null)
            {
                Assert.True(call > 20, "the merge must have met failures");
                return;
            }
        }
    }

    // one: 0, 1, 2, 4 are 1; two: 1 is 2 in between, then 1 again; three: 2 and 3 are 3, 4 is zeros; the head: 5 is 4.
    private static async Task<RecordedImage> CreateChainAsync(TestPool pool)
    {
        RecordedImage image = await RecordedImage.CreateAsync(pool);
        await image.WriteAsync(1, 0, 1, 2, 4);
        await image.PushAsync("one");
        await image.WriteAsync(1, 1);
        await image.WriteAsync(2, 2);
        await image.PushAsync("two");
        await image.WriteAsync(3, 2, 3);
        await image.ZeroAsync(4);
        await image.PushAsync("three");
        await image.WriteAsync(4, 5);
        return image;
    }

    private static Task<TestPool> CreatePoolAsync(bool isCurve) =>
        TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);

    private static Task<bool> RunAsync(TestPool pool, RecordedImage image) =>
        new LayerMerger(pool.Images, image.Id, MergeOptions.Default).RunAsync(CancellationToken.None);

    private static async Task ExpectConsistentAsync(TestPool pool) =>
        Assert.DoesNotContain(
            await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None),
            finding => finding.Severity != CheckSeverity.Pending);

    private static long BytesOf(Interceptor interceptor, string kind) => interceptor.Calls
        .Where(call => call.StartsWith(kind + " ", StringComparison.Ordinal))
        .Sum(call => long.Parse(call.Split('+')[1]));
}
