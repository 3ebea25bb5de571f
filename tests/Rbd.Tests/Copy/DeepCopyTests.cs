using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DeepCopyTests
{
    [Theory]
    [InlineData(false, false, 11)]
    [InlineData(true, false, 12)]
    [InlineData(false, true, 13)]
    [InlineData(true, true, 14)]
    [InlineData(false, true, 15)]
    public async Task CopyAsync_has_all_states_of_the_source_and_its_parent(bool isCurve, bool isClone, int seed)
    {
        (TestPool pool, Image source) = await DiffModelPool.CreateAsync(isCurve, isClone, seed);
        await using TestPool owner = pool;
        await using Image image = source;
        await image.Metadata.SetAsync("key", "value", CancellationToken.None);

        await CopyAsync(image, pool.Io);

        await using Image copy = await pool.OpenAsync("copy");
        await copy.HasStatesOfAsync(image);
        Assert.Equal((image.Order, image.Features), (copy.Order, copy.Features));
        Assert.Equal(await ParentOfAsync(image), await ParentOfAsync(copy));
        Assert.Equal("value", (await copy.Metadata.GetAsync("key", CancellationToken.None)).ToString());
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task CopyAsync_flattened_has_all_states_and_no_parent(int seed)
    {
        (TestPool pool, Image source) = await DiffModelPool.CreateAsync(isCurve: false, isClone: true, seed);
        await using TestPool owner = pool;
        await using Image image = source;
        var options = new ImageOptions();
        options.Set(ImageOption.Flatten, 1);

        await CopyAsync(image, pool.Io, options);

        await using Image copy = await pool.OpenAsync("copy");
        await copy.HasStatesOfAsync(image);
        Assert.Null(await copy.GetParentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task CopyAsync_at_a_snapshot_ends_with_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100_000);
        foreach (byte state in (byte[])[1, 2, 3])
        {
            await image.WriteAsync(state, new[] { state });
            await image.SnapshotAsync(ByteName.FromText($"s{state}"));
        }

        await image.Snapshots.ProtectAsync("s2", CancellationToken.None);
        await using Image state2 = await image.OpenAsync("s2");

        await CopyAsync(state2, pool.Io);

        await using Image copy = await pool.OpenAsync("copy");
        IReadOnlyList<Snapshot> snapshots = await copy.Snapshots.ListAsync(CancellationToken.None);
        Assert.Equal([("s1", false), ("s2", true)], snapshots.Select(one => (one.Name.ToString(), one.IsProtected)));
        Assert.Equal([0, 1, 2, 0], (await copy.ReadAllAsync())[..4]);
    }

    [Fact]
    public async Task CopyAsync_into_a_namespace_of_another_pool_with_other_options()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(3_000_000);
        await image.WriteAsync(2_999_999, new byte[] { 7 });
        await image.SnapshotAsync("s");
        IoContext other = await pool.CreatePoolAsync("other");
        await RbdNamespaces.CreateAsync(other, "space", CancellationToken.None);
        other.Namespace = "space";
        ImageOptions options = DiffModelPool.Options();
        options.Set(ImageOption.StripeUnit, 1 << DiffModelPool.Order);

        await CopyAsync(image, other, options);

        await using Image copy = await Image.OpenAsync(other, "copy", null, readOnly: true, CancellationToken.None);
        Assert.Equal(DiffModelPool.Order, copy.Order);
        await copy.HasStatesOfAsync(image);
    }

    [Fact]
    public async Task CopyAsync_reports_objects_up_to_the_last_of_all_states()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(10 << 20); // 3 objects
        await image.WriteAsync(9 << 20, new byte[] { 7 });
        await image.SnapshotAsync("s");
        var progress = new List<(ulong Done, ulong Total)>();

        await DeepCopy.CopyAsync(image, pool.Io, "copy", new ImageOptions(), Note, CancellationToken.None);

        Assert.Equal((6ul, 6ul), progress[^1]);
        Assert.Equal(progress.OrderBy(step => step.Done), progress);

        int Note(ulong done, ulong total)
        {
            progress.Add((done, total));
            return -1; // ignored
        }
    }

    [Fact]
    public async Task CopyAsync_to_a_taken_name_is_EEXIST_and_leaves_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100_000);
        await pool.CreateImageAsync("copy", 5);

        await Refused.WithAsync(Errno.EEXIST, () => CopyAsync(image, pool.Io));

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal(5ul, copy.Size);
    }

    [Fact]
    public async Task CopyAsync_of_format_1_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100_000);
        var options = new ImageOptions();
        options.Set(ImageOption.Format, 1);

        await Refused.WithAsync(Errno.EINVAL, () => CopyAsync(image, pool.Io, options));
    }

    [Fact]
    public async Task CopyAsync_that_fails_after_a_snapshot_leaves_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(1 << 20);
        await image.WriteAsync(0, new byte[] { 1 });
        await image.SnapshotAsync("s");
        await image.Snapshots.ProtectAsync("s", CancellationToken.None);
        await image.WriteAsync(700_000, new byte[] { 2 });
        int writes = 0;
        var interceptor = new Interceptor
        {
            Before = call => call.StartsWith("write", StringComparison.Ordinal) && ++writes > 8
                ? throw new StorageException(Errno.ENOSPC, "full")
                : Task.CompletedTask,
        };
        IoContext full = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        Image big = await pool.CreateAndOpenAsync(1 << 20, name: "big");
        await using Image opened = big;
        for (ulong i = 0; i < 16; i++)
            await big.WriteAsync(i << 16, new byte[] { 1 });
        await big.SnapshotAsync("s");
        for (ulong i = 0; i < 16; i += 2)
            await big.WriteAsync(i << 16, new byte[] { 2 });

        await Refused.WithAsync(
            Errno.ENOSPC, () => DeepCopy.CopyAsync(big, full, "copy", new ImageOptions(), null, CancellationToken.None));

        Assert.Equal(["big", "image"], await pool.ListAsync());
    }

    // A rollback may have given the source back some overlap, which a copy doesn't get: it has the bytes instead.
    private static async Task<ImageParent?> ParentOfAsync(Image image) =>
        await image.GetParentAsync(CancellationToken.None) is { } parent ? parent with { Overlap = 0 } : null;

    private static Task CopyAsync(Image source, IoContext destination, ImageOptions? options = null) =>
        DeepCopy.CopyAsync(source, destination, "copy", options ?? new ImageOptions(), null, CancellationToken.None);
}
