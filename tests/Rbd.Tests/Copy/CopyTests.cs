using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class CopyTests
{
    private const int Size = (9 << 20) + 17;

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Copy_to_a_new_image_is_equal_and_keeps_settings_and_metadata(bool isCurve)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 20);
        options.Set(ImageOption.Features, 5);
        await using Image source = await FilledAsync(pool, options);
        await source.Metadata.SetAsync("key", "value", CancellationToken.None);
        var progress = new List<(ulong Done, ulong Total)>();

        await ImageCopy.CopyAsync(source, pool.Io, "copy", new ImageOptions(), 0, Note, CancellationToken.None);

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal((20, 5ul, (ulong)Size), (copy.Order, copy.Features, copy.Size));
        Assert.Equal("value", (await copy.Metadata.GetAsync("key", CancellationToken.None)).ToString());
        Assert.Equal(await ReadAllAsync(source), await ReadAllAsync(copy));
        Assert.Equal(((ulong)Size, (ulong)Size), progress[^1]);
        Assert.Equal(progress.OrderBy(step => step.Done), progress);

        int Note(ulong done, ulong total)
        {
            progress.Add((done, total));
            return -1; // ignored
        }
    }

    [Fact]
    public async Task Copy_leaves_holes_where_the_source_holds_zeros()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await pool.CreateAndOpenAsync(1 << 20);
        await source.WriteAsync(0, new byte[1 << 20]); // allocated, but zero
        await source.WriteAsync(8192, new byte[] { 1 });

        await ImageCopy.CopyAsync(source, pool.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal(new VolumeExtent(8192, 4096), await copy.Volume.NextDataAsync(0, 1 << 20));
        Assert.Null(await copy.Volume.NextDataAsync(12288, 1 << 20));
    }

    [Fact]
    public async Task Copy_to_a_taken_name_is_EEXIST_and_leaves_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        await pool.CreateImageAsync("copy", 5);

        await Refused.WithAsync(
            Errno.EEXIST, () => ImageCopy.CopyAsync(source, pool.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None));

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal(5ul, copy.Size);
    }

    [Fact]
    public async Task Copy_with_flatten_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        var options = new ImageOptions();
        options.Set(ImageOption.Flatten, 1);

        await Refused.WithAsync(
            Errno.EINVAL, () => ImageCopy.CopyAsync(source, pool.Io, "copy", options, 0, null, CancellationToken.None));
    }

    [Fact]
    public async Task Copy_with_an_order_below_the_sources_stripe_unit_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 20);

        await Refused.WithAsync(
            Errno.EINVAL, () => ImageCopy.CopyAsync(source, pool.Io, "copy", options, 0, null, CancellationToken.None));
    }

    [Fact]
    public async Task Copy_that_fails_leaves_no_half_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        var interceptor = new Interceptor
        {
            Before = call => call.StartsWith("write", StringComparison.Ordinal)
                ? throw new StorageException(Errno.ENOSPC, "full")
                : Task.CompletedTask,
        };
        Rados.IoContext full = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);

        await Refused.WithAsync(
            Errno.ENOSPC, () => ImageCopy.CopyAsync(source, full, "copy", new ImageOptions(), 0, null, CancellationToken.None));

        Assert.Equal(["image"], await pool.ListAsync());
        Assert.Equal(["image"], await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Copy_into_a_larger_image_overwrites_what_it_held()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        await using Image destination = await pool.CreateAndOpenAsync(Size + 1000, name: "destination");
        await destination.WriteAsync(0, Enumerable.Repeat((byte)9, Size + 1000).ToArray());

        await ImageCopy.CopyAsync(source, destination, 0, null, CancellationToken.None);

        byte[] expected = await ReadAllAsync(source);
        byte[] all = await ReadAllAsync(destination);
        Assert.True(all.AsSpan(0, Size).SequenceEqual(expected));
        Assert.True(all.AsSpan(Size).IndexOfAnyExcept((byte)9) < 0);
    }

    [Fact]
    public async Task Copy_into_a_smaller_image_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await FilledAsync(pool);
        await using Image destination = await pool.CreateAndOpenAsync(Size - 1, name: "destination");

        await Refused.WithAsync(Errno.EINVAL, () => ImageCopy.CopyAsync(source, destination, 0, null, CancellationToken.None));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public async Task Copy_of_a_clone_or_of_its_snapshot_has_its_bytes_and_no_parent(int seed)
    {
        (TestPool pool, Image source) = await DiffModelPool.CreateAsync(isCurve: false, isClone: true, seed);
        await using TestPool owner = pool;
        await using Image clone = source;
        await clone.SnapshotAsync("now");
        await using Image state = await clone.OpenAsync("now");

        await ImageCopy.CopyAsync(clone, pool.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);
        await ImageCopy.CopyAsync(state, pool.Io, "copy-of-state", new ImageOptions(), 0, null, CancellationToken.None);

        foreach (string name in (string[])["copy", "copy-of-state"])
        {
            await using Image copy = await pool.OpenAsync(name);
            Assert.Equal(await clone.ReadAllAsync(), await copy.ReadAllAsync());
            Assert.Null(await copy.GetParentAsync(CancellationToken.None));
            Assert.Empty(await copy.Snapshots.ListAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Copy_of_an_empty_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image source = await pool.CreateAndOpenAsync(0);

        await ImageCopy.CopyAsync(source, pool.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);

        Assert.Equal(["copy", "image"], await pool.ListAsync());
    }

    private static async Task<Image> FilledAsync(TestPool pool, ImageOptions? options = null)
    {
        Image image = await pool.CreateAndOpenAsync(Size, options);
        var data = new byte[100_000];
        new Random(1).NextBytes(data);
        foreach (ulong offset in (ulong[])[0, 3_999_999, (8 << 20) + 5, Size - 100_000])
            await image.WriteAsync(offset, data);
        return image;
    }

    private static async Task<byte[]> ReadAllAsync(Image image)
    {
        var all = new byte[image.Size];
        await image.ReadAsync(0, all);
        return all;
    }
}
