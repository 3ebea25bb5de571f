using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class SparsifyTests
{
    private const int Cluster = OverlayHeader.ClusterSize;
    private const int Size = 16 * Cluster;

    [Theory]
    [InlineData(4096, 15 * Cluster + 4096)]
    [InlineData(65536, 16 * Cluster)]
    public async Task SparsifyAsync_gives_back_runs_of_zeros_of_a_plain_image(ulong sparseSize, ulong dataEnd)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, new byte[Size]);
        await image.WriteAsync(15 * Cluster + 5, new byte[] { 1 });
        byte[] before = await image.ReadAllAsync();

        await image.SparsifyAsync(sparseSize, null, CancellationToken.None);

        Assert.Equal(before, await image.ReadAllAsync());
        Assert.Equal([new VolumeExtent(15 * Cluster, dataEnd - 15 * Cluster)], await DataAsync(image));
    }

    [Fact]
    public async Task SparsifyAsync_gives_back_whole_clusters_of_an_overlay_and_hides_what_is_below()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, Filled(Size));
        await image.SnapshotAsync("s");
        await image.WriteAsync(0, new byte[4 * Cluster]);
        await image.WriteAsync(Cluster + 9, new byte[] { 1 });
        byte[] before = await image.ReadAllAsync();
        Assert.Equal(4ul * Cluster, await UsedSinceAsync(image, "s"));

        await image.SparsifyAsync(4096, null, CancellationToken.None);

        Assert.Equal(before, await image.ReadAllAsync());
        Assert.Equal((ulong)Cluster, await UsedSinceAsync(image, "s"));
        await using Image state = await image.OpenAsync("s");
        Assert.Equal(Filled(Size), await state.ReadAllAsync());
    }

    [Fact]
    public async Task SparsifyAsync_leaves_zeros_of_a_snapshot_and_of_the_parent_alone()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, new byte[Size]);
        await image.SnapshotAsync("s");

        await image.SparsifyAsync(4096, null, CancellationToken.None);

        Assert.Equal(0ul, await UsedSinceAsync(image, "s"));
        Assert.Equal([new VolumeExtent(0, Size)], await DataAsync(image));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SparsifyAsync_while_others_write_loses_nothing(bool hasSnapshot)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(64 * Cluster);
        if (hasSnapshot)
            await image.SnapshotAsync("s");
        await image.WriteAsync(0, new byte[64 * Cluster]);
        Task writing = Task.Run(async () =>
        {
            for (ulong i = 0; i < 64; i++)
                await image.WriteAsync(i * Cluster + 77, new[] { (byte)(i + 1) });
        }, CancellationToken.None);

        for (int i = 0; i < 10; i++)
            await image.SparsifyAsync(4096, null, CancellationToken.None);
        await writing;

        byte[] all = await image.ReadAllAsync();
        Assert.Equal(Enumerable.Range(1, 64), Enumerable.Range(0, 64).Select(i => (int)all[i * Cluster + 77]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(4097)]
    [InlineData(12288)]
    [InlineData(8 << 20)]
    public async Task SparsifyAsync_size_that_is_no_power_of_two_from_4K_to_an_object_is_EINVAL(ulong sparseSize)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);

        await Refused.WithAsync(Errno.EINVAL, () => image.SparsifyAsync(sparseSize, null, CancellationToken.None));
    }

    [Fact]
    public async Task SparsifyAsync_read_only_or_at_a_snapshot_is_EROFS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.SnapshotAsync("s");
        await using Image readOnly = await pool.OpenAsync("image", readOnly: true);
        await using Image state = await pool.OpenAtAsync("image", "s", readOnly: false);

        await Refused.WithAsync(Errno.EROFS, () => readOnly.SparsifyAsync(4096, null, CancellationToken.None));
        await Refused.WithAsync(Errno.EROFS, () => state.SparsifyAsync(4096, null, CancellationToken.None));
    }

    [Fact]
    public async Task SparsifyAsync_without_exclusive_lock_beside_another_writer_is_EBUSY()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, ImageFeatures.Layering);
        await using Image image = await pool.CreateAndOpenAsync(Size, options);
        Image other = await pool.OpenAsync("image");

        await Refused.WithAsync(Errno.EBUSY, () => image.SparsifyAsync(4096, null, CancellationToken.None));

        await other.DisposeAsync();
        await image.SparsifyAsync(4096, null, CancellationToken.None);
    }

    [Fact]
    public async Task SparsifyAsync_negative_progress_ends_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, new byte[Size]);

        var error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => image.SparsifyAsync(4096, (_, _) => -5, CancellationToken.None));

        Assert.Equal(-5, error.Code);
    }

    private static byte[] Filled(int length) => Enumerable.Repeat((byte)7, length).ToArray();

    private static async Task<List<VolumeExtent>> DataAsync(Image image)
    {
        var extents = new List<VolumeExtent>();
        await image.DiffAsync(default(ByteName?), 0, image.Size, true, false, Add, CancellationToken.None);
        return extents;

        int Add(ulong offset, ulong length, bool exists)
        {
            Assert.True(exists);
            extents.Add(new VolumeExtent(offset, length));
            return 0;
        }
    }

    private static async Task<ulong> UsedSinceAsync(Image image, ByteName from) =>
        (await DiskUsage.MeasureAsync(image, from, exact: true, CancellationToken.None))[^1].Used;
}
