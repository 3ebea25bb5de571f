using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>An image grows at the moment in which its head becomes a plain volume, which has to be extended by one or the other.</summary>
public sealed class MergeAndGrowTests
{
    private const int Cluster = OverlayHeader.ClusterSize;
    private const int Size = (3 * Cluster) + 1000;
    private const int Grown = 9 * Cluster;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Merge_that_ends_before_the_larger_size_is_known_leaves_room_for_it()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.ByteLimits);
        await using Image merging = await CreateUnmergedAsync(pool, pool.Io);
        var interceptor = new Interceptor();
        IoContext other = await pool.ConnectAnotherAsync(pool.Volumes, new InterceptedRecords(pool.Records, interceptor));
        await using Image growing = await Image.OpenAsync(other, "image", null, readOnly: false, None);
        bool isToMerge = true;
        int commits = 0;
        interceptor.Before = async call =>
        {
            // The operation, the lock on the size, and then the size.
            if (call != "commit" || !isToMerge || ++commits < 3)
                return;
            isToMerge = false;
            Assert.True(await merging.Merging.RunAsync(None));
        };

        await growing.ResizeAsync(Grown, allowShrink: true, null, None);

        Assert.False(isToMerge);
        await ExpectGrownAsync(growing, merging);
    }

    [Fact]
    public async Task Merge_whose_volume_was_extended_for_less_extends_it_again()
    {
        await using TestPool pool = await TestPool.CreateAsync(TestPool.ByteLimits);
        await using Image growing = await CreateUnmergedAsync(pool, pool.Io);
        var interceptor = new Interceptor();
        IoContext other = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        await using Image merging = await Image.OpenAsync(other, "image", null, readOnly: false, None);
        await merging.WriteAsync(0, LayerStackFixture.Filled(10, 7));
        Task resizing = Task.CompletedTask;
        interceptor.After = async call =>
        {
            if (!call.Contains("resize", StringComparison.Ordinal) || resizing != Task.CompletedTask)
                return;
            resizing = Task.Run(() => growing.ResizeAsync(Grown, allowShrink: true, null, None));
            await Eventually.HoldsAsync(async () =>
                (await ImageRecords.ReadAsync(pool.Images, merging.Id, None))!.Header.Value.Size == Grown);
        };

        while (!await merging.Merging.RunAsync(None))
        {
        }

        Assert.NotSame(Task.CompletedTask, resizing);
        await resizing;
        await ExpectGrownAsync(growing, merging);
    }

    private static async Task<Image> CreateUnmergedAsync(TestPool pool, IoContext io)
    {
        await pool.CreateImageAsync("image", Size);
        Image image = await Image.OpenAsync(io, "image", null, readOnly: false, None);
        await image.WriteAsync(0, LayerStackFixture.Filled(Size, 7));
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await image.WriteAsync(0, LayerStackFixture.Filled(Cluster, 7));
        await image.Snapshots.RemoveAsync("s", SnapshotRemoveFlags.None, null, None);
        return image;
    }

    private static async Task ExpectGrownAsync(params Image[] images)
    {
        foreach (Image image in images)
        {
            await image.RefreshAsync(None);
            Assert.True(image.Volume.IsPlain);
            var content = new byte[Grown];
            Assert.Equal(Grown, await image.ReadAsync(0, content));
            Assert.Equal([.. LayerStackFixture.Filled(Size, 7), .. new byte[Grown - Size]], content);
            await image.WriteAsync(Grown - 1, new byte[] { 0 });
        }
    }
}
