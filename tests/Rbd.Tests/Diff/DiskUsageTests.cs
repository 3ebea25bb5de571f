using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DiskUsageTests
{
    private const ulong MiB = 1 << 20;
    private const ulong Cluster = OverlayHeader.ClusterSize;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MeasureAsync_gives_what_each_state_holds_that_the_one_before_does_not(bool exact)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await ThreeStatesAsync(pool);

        IReadOnlyList<ImageUsage> usages = await DiskUsage.MeasureAsync(image, null, exact, CancellationToken.None);

        Assert.Equal(
            exact
                ? [("a", 16 * MiB, 4096ul), ("b", 20 * MiB, 2 * Cluster), (null, 20 * MiB, Cluster)]
                : [("a", 16 * MiB, 4 * MiB), ("b", 20 * MiB, 8 * MiB), (null, 20 * MiB, 4 * MiB)],
            usages.Select(Describe));
    }

    [Fact]
    public async Task MeasureAsync_from_a_snapshot_leaves_out_what_came_before()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await ThreeStatesAsync(pool);

        IReadOnlyList<ImageUsage> usages = await DiskUsage.MeasureAsync(image, "a", exact: true, CancellationToken.None);

        Assert.Equal([("b", 20 * MiB, 2 * Cluster), (null, 20 * MiB, Cluster)], usages.Select(Describe));
    }

    [Fact]
    public async Task MeasureAsync_at_a_snapshot_ends_with_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await ThreeStatesAsync(pool);
        await using Image state = await image.OpenAsync("b");

        IReadOnlyList<ImageUsage> all = await DiskUsage.MeasureAsync(state, null, exact: true, CancellationToken.None);
        IReadOnlyList<ImageUsage> since = await DiskUsage.MeasureAsync(state, "b", exact: true, CancellationToken.None);

        Assert.Equal([("a", 16 * MiB, 4096ul), ("b", 20 * MiB, 2 * Cluster)], all.Select(Describe));
        Assert.Empty(since);
    }

    [Fact]
    public async Task MeasureAsync_of_a_clone_leaves_out_what_it_shares()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image parent = await ThreeStatesAsync(pool);
        await parent.Snapshots.ProtectAsync("b", CancellationToken.None);
        await ImageClone.CloneAsync(pool.Io, "image", "b", pool.Io, "clone", new ImageOptions(), CancellationToken.None);
        await using Image clone = await pool.OpenAsync("clone");
        await clone.WriteAsync(5, new byte[] { 1 });

        IReadOnlyList<ImageUsage> usages = await DiskUsage.MeasureAsync(clone, null, exact: true, CancellationToken.None);

        Assert.Equal([(null, 20 * MiB, Cluster)], usages.Select(Describe));
    }

    [Fact]
    public async Task MeasureAsync_from_a_missing_or_newer_snapshot_is_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await ThreeStatesAsync(pool);
        await using Image state = await image.OpenAsync("a");

        await Refused.WithAsync(Errno.ENOENT, () => DiskUsage.MeasureAsync(image, "x", exact: true, CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => DiskUsage.MeasureAsync(state, "b", exact: true, CancellationToken.None));
    }

    // a: one block; b: larger, and two clusters; then one more, and one of b's discarded.
    private static async Task<Image> ThreeStatesAsync(TestPool pool)
    {
        Image image = await pool.CreateAndOpenAsync(16 * MiB);
        await image.WriteAsync(0, new byte[] { 1 });
        await image.SnapshotAsync("a");
        await image.ResizeAsync(20 * MiB, allowShrink: false, null, CancellationToken.None);
        await image.WriteAsync(4 * MiB, new byte[] { 1 });
        await image.WriteAsync(16 * MiB, new byte[] { 1 });
        await image.SnapshotAsync("b");
        await image.WriteAsync(8 * MiB, new byte[] { 1 });
        await image.DiscardAsync(16 * MiB, 4 * MiB);
        return image;
    }

    private static (string? Name, ulong Provisioned, ulong Used) Describe(ImageUsage usage) =>
        (usage.Snapshot?.Name.ToString(), usage.Provisioned, usage.Used);
}
