using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Merging of images that are open, and in use, meanwhile.</summary>
public sealed class ImageMergingTests
{
    private const int Cluster = OverlayHeader.ClusterSize;
    private const int Size = (40 * Cluster) + 1000;
    private const ulong Grown = 70UL << 30; // the table of a small image ends at 64 GiB

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Image_without_snapshots_ends_as_one_plain_volume(bool isCurve)
    {
        await using TestPool pool = await CreatePoolAsync(isCurve);
        await using Image image = await CreateChainAsync(pool);
        await RemoveSnapshotsAsync(image);

        Assert.True(await image.Merging.RunAsync(CancellationToken.None));

        Assert.Equal(Expected(), await ReadAllAsync(image));
        Assert.Equal(LayerKind.Plain, Assert.Single((await GraphAsync(pool, image)).Layers).Value.Value.Kind);
        Assert.Equal(["image"], await pool.ListVolumesAsync());
        await image.WriteAsync(7, LayerStackFixture.Filled(9, 77));
        await image.CloseAsync();
        await using Image again = await pool.OpenAsync("image");
        byte[] expected = Expected();
        expected.AsSpan(7, 9).Fill(77);
        Assert.Equal(expected, await ReadAllAsync(again));
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Image_is_written_to_while_its_head_merges(bool isCurve)
    {
        await using TestPool pool = await CreatePoolAsync(isCurve);
        await using Image image = await CreateChainAsync(pool);
        await RemoveSnapshotsAsync(image);
        byte[] model = Expected();
        var random = new Random(3);

        Task<bool> merging = Task.Run(() => image.Merging.RunAsync(CancellationToken.None));
        do
        {
            int offset = random.Next(Size - 9000);
            int length = random.Next(1, 9000);
            if (random.Next(4) == 0)
            {
                await image.DiscardAsync((ulong)offset, (ulong)length);
                model.AsSpan(offset, length).Clear();
            }
            else
            {
                var data = new byte[length];
                random.NextBytes(data);
                await image.WriteAsync((ulong)offset, data);
                data.CopyTo(model, offset);
            }
        }
        while (!merging.IsCompleted);

        Assert.True(await merging);
        Assert.Equal(model, await ReadAllAsync(image));
        Assert.Equal(["image"], await pool.ListVolumesAsync());
        await image.CloseAsync();
        await using Image again = await pool.OpenAsync("image", readOnly: true);
        Assert.Equal(model, await ReadAllAsync(again));
    }

    [Fact]
    public async Task Readers_in_other_clients_read_the_same_all_the_time()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        await using Image image = await CreateChainAsync(pool);
        await using Image atHead = await Image.OpenAsync(await pool.ConnectAnotherAsync(), "image", null, readOnly: true, CancellationToken.None);
        await using Image atSnapshot = await Image.OpenAsync(await pool.ConnectAnotherAsync(), "image", "three", readOnly: true, CancellationToken.None);
        byte[] head = await ReadAllAsync(atHead);
        byte[] snapshot = await ReadAllAsync(atSnapshot);
        await RemoveSnapshotsAsync(image, except: "three");

        Task<bool> merging = Task.Run(() => image.Merging.RunAsync(CancellationToken.None));
        int reads = 0;
        do
        {
            Assert.Equal(head, await ReadAllAsync(atHead));
            Assert.Equal(snapshot, await ReadAllAsync(atSnapshot));
            reads++;
        }
        while (!merging.IsCompleted);

        Assert.True(await merging);
        Assert.Equal(head, await ReadAllAsync(atHead));
        Assert.Equal(snapshot, await ReadAllAsync(atSnapshot));
        Assert.Equal(2, (await GraphAsync(pool, image)).Layers.Count);
        Assert.Equal(2, (await pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Clone_reads_the_same_while_its_parents_layers_merge()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: true);
        await using Image image = await CreateChainAsync(pool);
        await image.Snapshots.ProtectAsync("three", CancellationToken.None);
        await ImageClone.CloneAsync(pool.Io, "image", "three", pool.Io, "clone", new ImageOptions(), CancellationToken.None);
        await using Image clone = await Image.OpenAsync(await pool.ConnectAnotherAsync(), "clone", null, readOnly: false, CancellationToken.None);
        byte[] content = await ReadAllAsync(clone);
        await RemoveSnapshotsAsync(image, except: "three");

        Assert.True(await image.Merging.RunAsync(CancellationToken.None));

        Assert.Equal(content, await ReadAllAsync(clone));
        Assert.Equal(2, (await GraphAsync(pool, image)).Layers.Count);
        await clone.CloseAsync();
        await using Image again = await pool.OpenAsync("clone");
        Assert.Equal(content, await ReadAllAsync(again));
    }

    [Fact]
    public async Task Snapshot_in_the_middle_of_a_merge_holds_what_was_there()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        await using Image image = await CreateChainAsync(pool);
        await RemoveSnapshotsAsync(image);
        Task<bool> merging = Task.Run(() => image.Merging.RunAsync(CancellationToken.None));

        for (int i = 0; i < 3; i++)
            await image.Snapshots.CreateAsync($"in-between-{i}", SnapshotCreateFlags.None, null, CancellationToken.None);
        await merging;
        await image.Merging.RunAsync(CancellationToken.None);

        Assert.Equal(Expected(), await ReadAllAsync(image));
        for (int i = 0; i < 3; i++)
        {
            await image.SetSnapshotAsync($"in-between-{i}", CancellationToken.None);
            Assert.Equal(Expected(), await ReadAllAsync(image));
        }
    }

    [Fact]
    public async Task Longest_chain_is_merged_before_another_snapshot_or_refuses_it()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        pool.Io.Cluster.Conf.Set("rbd_layers_max", "3");
        await using Image image = await pool.CreateAndOpenAsync(Size);
        for (int i = 0; i < 3; i++)
        {
            await image.WriteAsync(0, LayerStackFixture.Filled(100, (byte)(i + 1)));
            await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, CancellationToken.None);
        }

        await image.WriteAsync(0, LayerStackFixture.Filled(100, 9));
        await Refused.WithAsync(
            Errno.EBUSY, () => image.Snapshots.CreateAsync("one too many", SnapshotCreateFlags.None, null, CancellationToken.None));
        await image.Snapshots.RemoveAsync("s1", SnapshotRemoveFlags.None, null, CancellationToken.None);
        await image.Snapshots.CreateAsync("fits", SnapshotCreateFlags.None, null, CancellationToken.None);

        Assert.Equal(4, (await GraphAsync(pool, image)).Layers.Count);
    }

    [Fact]
    public async Task Longest_chain_is_merged_before_a_rollback_or_refuses_it()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        pool.Io.Cluster.Conf.Set("rbd_layers_max", "3");
        await using Image image = await pool.CreateAndOpenAsync(Size);
        for (int i = 0; i < 3; i++)
        {
            await image.WriteAsync(0, LayerStackFixture.Filled(100, (byte)(i + 1)));
            await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, CancellationToken.None);
        }

        pool.Io.Cluster.Conf.Set("rbd_layers_max", "2");
        await Refused.WithAsync(Errno.EBUSY, () => image.Snapshots.RollbackAsync("s2", null, CancellationToken.None));
        await image.Snapshots.RollbackAsync("s1", null, CancellationToken.None); // s1 has one overlay, the new head is the second
        await image.WriteAsync(0, LayerStackFixture.Filled(100, 3));

        await Refused.WithAsync(
            Errno.EBUSY, () => image.Snapshots.CreateAsync("too many", SnapshotCreateFlags.None, null, CancellationToken.None));
        await Refused.WithAsync(
            Errno.EBUSY, () => image.ResizeAsync(Grown, allowShrink: false, null, CancellationToken.None));
        await image.Snapshots.RemoveAsync("s0", SnapshotRemoveFlags.None, null, CancellationToken.None);
        await image.ResizeAsync(Grown, allowShrink: false, null, CancellationToken.None);

        Assert.Equal(Grown, image.Size);
        var read = new byte[100];
        await image.ReadAsync(0, read);
        Assert.Equal(LayerStackFixture.Filled(100, 3), read);
    }

    [Fact]
    public async Task Untouched_head_that_is_too_small_is_replaced()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        await using Image image = await CreateChainAsync(pool);
        await image.Snapshots.CreateAsync("four", SnapshotCreateFlags.None, null, CancellationToken.None);
        int layers = (await GraphAsync(pool, image)).Layers.Count;

        await image.ResizeAsync(Grown, allowShrink: false, null, CancellationToken.None);

        Assert.Equal(layers, (await GraphAsync(pool, image)).Layers.Count);
        Assert.Equal(Expected(), await ReadAllAsync(image, Size));
        await image.WriteAsync(Grown - 10, LayerStackFixture.Filled(10, 5));
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Layer_with_a_smaller_table_moves_up(bool isFrozen)
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        await using Image image = await CreateChainAsync(pool);
        await image.DiscardAsync(2 * Cluster, Cluster);
        int layers = (await GraphAsync(pool, image)).Layers.Count;
        await image.ResizeAsync(Grown, allowShrink: false, null, CancellationToken.None);
        await image.WriteAsync(Cluster + 7, LayerStackFixture.Filled(9, 77));
        if (isFrozen)
            await image.Snapshots.CreateAsync("large", SnapshotCreateFlags.None, null, CancellationToken.None);
        byte[] expected = await ReadAllAsync(image, Size);
        await using Image reader = await Image.OpenAsync(await pool.ConnectAnotherAsync(), "image", null, readOnly: true, CancellationToken.None);
        Assert.Equal(expected, await ReadAllAsync(reader, Size));

        Assert.True(await image.Merging.RunAsync(CancellationToken.None));

        Assert.Equal(layers + (isFrozen ? 1 : 0), (await GraphAsync(pool, image)).Layers.Count);
        Assert.Equal(expected, await ReadAllAsync(image, Size));
        Assert.Equal(expected, await ReadAllAsync(reader, Size));
        Assert.Equal(77, expected[Cluster + 7]);
        Assert.Equal(new byte[Cluster], expected[(2 * Cluster)..(3 * Cluster)]);
        await image.CloseAsync();
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
    }

    [Fact]
    public async Task Closing_ends_a_merge_and_the_next_opener_goes_on()
    {
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        Image image = await CreateChainAsync(pool);
        await RemoveSnapshotsAsync(image);
        Task merging = image.Merging.RunAsync(CancellationToken.None);
        await image.CloseAsync();
        await Xunit.Record.ExceptionAsync(() => merging);

        await using Image again = await pool.OpenAsync("image");
        Assert.Equal(Expected(), await ReadAllAsync(again));
        Assert.True(await again.Merging.RunAsync(CancellationToken.None));

        Assert.Equal(Expected(), await ReadAllAsync(again));
        Assert.Equal(["image"], await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Removed_snapshot_is_merged_in_the_background_after_a_while()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestPool pool = await CreatePoolAsync(isCurve: false);
        await (await CreateChainAsync(pool)).CloseAsync();
        await using Image image = await Image.OpenAsync(pool.Io, "image", null, readOnly: false, time, CancellationToken.None);
        var isPlain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable watch = image.WatchUpdates(() =>
        {
            if (image.Records.Layers.Count == 1)
                isPlain.TrySetResult();
        });
        await image.WriteAsync(0, LayerStackFixture.Filled(1, 1)); // whose the head is merges it
        await RemoveSnapshotsAsync(image);
        Assert.True(image.Records.Layers.Count > 1);

        while (!isPlain.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(Expected(), await ReadAllAsync(image));
    }

    private static Task<TestPool> CreatePoolAsync(bool isCurve) =>
        TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);

    // Snapshots one to three, each of other clusters.
    private static async Task<Image> CreateChainAsync(TestPool pool)
    {
        Image image = await pool.CreateAndOpenAsync(Size);
        int from = 0;
        foreach (string? snapshot in (string?[])["one", "two", "three", null])
        {
            await image.WriteAsync((ulong)(from * 3 * Cluster), LayerStackFixture.Filled(20 * Cluster, (byte)(from + 1)));
            if (snapshot is not null)
                await image.Snapshots.CreateAsync(snapshot, SnapshotCreateFlags.None, null, CancellationToken.None);
            from++;
        }

        return image;
    }

    private static byte[] Expected()
    {
        var expected = new byte[Size];
        for (int from = 0; from < 4; from++)
            expected.AsSpan(from * 3 * Cluster, 20 * Cluster).Fill((byte)(from + 1));
        return expected;
    }

    private static async Task RemoveSnapshotsAsync(Image image, string? except = null)
    {
        foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
        {
            if (snapshot.Name.ToString() != except)
                await image.Snapshots.RemoveAsync(snapshot.Id, CancellationToken.None);
        }
    }

    private static Task<byte[]> ReadAllAsync(Image image) => ReadAllAsync(image, (int)image.Size);

    private static async Task<byte[]> ReadAllAsync(Image image, int length)
    {
        var content = new byte[length];
        await image.ReadAsync(0, content);
        return content;
    }

    private static async Task<LayerGraph> GraphAsync(TestPool pool, Image image) =>
        (await LayerGraph.ReadAsync(pool.Images, image.Id, CancellationToken.None))!;
}
