using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DiffTests
{
    private const ulong Size = (40ul << 20) + 100;

    [Fact]
    public Task Fresh_image_has_no_extent() => WithImageAsync(async image =>
        Assert.Empty(await DiffAsync(image, 0, Size)));

    [Fact]
    public Task Extents_are_ascending_disjoint_and_hold_what_was_written() => WithImageAsync(async image =>
    {
        await image.WriteAsync(30ul << 20, new byte[] { 1 });
        await image.WriteAsync(100, new byte[] { 1 });
        await image.WriteAsync(Size - 1, new byte[] { 1 });

        List<VolumeExtent> extents = await DiffAsync(image, 0, ulong.MaxValue / 2);

        Assert.Equal(3, extents.Count);
        Assert.True(extents[0].Offset <= 100 && extents[0].End > 100);
        Assert.True(extents[1].Offset <= 30ul << 20 && extents[1].End > 30ul << 20);
        Assert.Equal(Size, extents[2].End);
        Assert.True(extents[0].End <= extents[1].Offset && extents[1].End <= extents[2].Offset);
    });

    [Theory]
    [InlineData(false, 5000, 1000)]
    [InlineData(true, 5000, 1000)]
    [InlineData(true, 0, 9 << 20)]
    [InlineData(true, (4 << 20) - 1, 2)]
    public Task Extents_are_clipped_to_the_request(bool wholeObject, ulong offset, ulong length) => WithImageAsync(async image =>
    {
        await image.WriteAsync(0, new byte[1 << 20]);
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, 1 << 20).ToArray());
        await image.WriteAsync(8ul << 20, new byte[] { 1 });

        List<VolumeExtent> extents = await DiffAsync(image, offset, length, wholeObject);

        Assert.NotEmpty(extents);
        Assert.All(extents, extent => Assert.True(extent.Offset >= offset && extent.End <= offset + length));
    });

    [Fact]
    public Task Whole_objects_are_rounded_also_by_data_before_the_request() => WithImageAsync(async image =>
    {
        await image.WriteAsync(100, new byte[] { 1 });
        await image.WriteAsync((8ul << 20) + 5, new byte[] { 1 });

        Assert.Equal(
            [new VolumeExtent(0, 4 << 20), new VolumeExtent(8 << 20, 4 << 20)], await DiffAsync(image, 0, Size, wholeObject: true));
        Assert.Equal([new VolumeExtent(1 << 20, 1 << 20)], await DiffAsync(image, 1 << 20, 1 << 20, wholeObject: true));
    });

    [Fact]
    public Task Discarded_data_is_no_extent() => WithImageAsync(async image =>
    {
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, 1 << 20).ToArray());

        await image.DiscardAsync(0, 1 << 20);

        Assert.Empty(await DiffAsync(image, 0, Size));
    });

    [Fact]
    public Task Missing_snapshot_is_ENOENT() => WithImageAsync(image => Refused.WithAsync(
        Errno.ENOENT, () => image.DiffAsync("snap", 0, 1, true, false, (_, _, _) => 0, CancellationToken.None)));

    [Fact]
    public Task Past_the_end_is_EINVAL_and_length_0_nothing() => WithImageAsync(async image =>
    {
        await Refused.WithAsync(Errno.EINVAL, () => DiffAsync(image, Size, 1));
        Assert.Empty(await DiffAsync(image, Size, 0));
    });

    [Fact]
    public Task Snapshots_taken_meanwhile_lose_nothing() => WithImageAsync(async image =>
    {
        await image.ResizeAsync(200ul << 30, allowShrink: false, null, CancellationToken.None); // several steps of a plain volume, many of an overlay
        await image.WriteAsync(150ul << 30, new byte[] { 1 });
        Task snapshots = Task.Run(async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                await image.WriteAsync((ulong)i << 20, new byte[] { 1 });
                await image.SnapshotAsync(ByteName.FromText($"s{i}"));
            }
        });

        while (!snapshots.IsCompleted)
            Assert.Contains(await DiffAsync(image, 0, 200ul << 30), extent => extent.Offset <= 150ul << 30 && extent.End > 150ul << 30);

        await snapshots;
        List<VolumeExtent> extents = await DiffAsync(image, 0, 200ul << 30);
        Assert.All(Enumerable.Range(0, 5), i => Assert.Contains(extents, extent => extent.Offset <= (ulong)i << 20 && extent.End > (ulong)i << 20));
    });

    [Fact]
    public Task Negative_callback_ends_the_walk_and_comes_back() => WithImageAsync(async image =>
    {
        await image.WriteAsync(0, new byte[] { 1 });
        await image.WriteAsync(8 << 20, new byte[] { 1 });
        int calls = 0;

        CallbackAbortedException error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => image.DiffAsync(null, 0, Size, true, false, Stop, CancellationToken.None));

        Assert.Equal(-9000, error.Code);
        Assert.Equal(1, calls);

        int Stop(ulong offset, ulong length, bool exists)
        {
            calls++;
            return -9000;
        }
    });

    private static async Task<List<VolumeExtent>> DiffAsync(Image image, ulong offset, ulong length, bool wholeObject = false)
    {
        var extents = new List<VolumeExtent>();
        await image.DiffAsync(null, offset, length, includeParent: true, wholeObject, Add, CancellationToken.None);
        return extents;

        int Add(ulong start, ulong count, bool exists)
        {
            Assert.True(exists);
            extents.Add(new VolumeExtent(start, count));
            return 1; // positive: ignored
        }
    }

    private static async Task WithImageAsync(Func<Image, Task> test)
    {
        foreach (VolumeLimits limits in (VolumeLimits[])[TestPool.ByteLimits, TestPool.CurveLimits])
        {
            await using TestPool pool = await TestPool.CreateAsync(limits);
            await using Image image = await pool.CreateAndOpenAsync(Size);
            await test(image);
        }
    }
}
