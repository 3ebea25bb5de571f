using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class ImageStreamTests
{
    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 2)]
    [InlineData(false, true, 3)]
    [InlineData(true, true, 4)]
    public async Task ImportAsync_of_what_ExportAsync_wrote_gives_the_same_states(bool isCurve, bool isClone, int seed)
    {
        (TestPool pool, Image source) = await DiffModelPool.CreateAsync(isCurve, isClone, seed);
        await using TestPool owner = pool;
        await using Image image = source;

        await ImportAsync(pool, await ExportAsync(image), canSeek: seed % 2 == 0);

        await using Image copy = await pool.OpenAsync("copy");
        await copy.HasStatesOfAsync(image);
        Assert.Equal(0ul, copy.Overlap);
    }

    [Fact]
    public async Task ExportAsync_writes_what_the_format_says()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await SmallAsync(pool);
        var progress = new List<(ulong Done, ulong Total)>();

        byte[] bytes = await ExportAsync(image, Note);

        Assert.Equal(Small(), bytes);
        Assert.Equal([(1ul, 2ul), (2ul, 2ul)], progress);

        int Note(ulong done, ulong total)
        {
            progress.Add((done, total));
            return 0;
        }
    }

    [Fact]
    public async Task ExportAsync_at_a_snapshot_ends_with_what_that_holds()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await SmallAsync(pool);
        await using Image state = await image.OpenAsync("x");

        await ImportAsync(pool, await ExportAsync(state), canSeek: true);

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Empty(await copy.Snapshots.ListAsync(CancellationToken.None));
        Assert.Equal(await state.ReadAllAsync(), await copy.ReadAllAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)] // as Ceph 16 writes it
    public async Task ImportAsync_gives_options_metadata_snapshots_and_protection(ulong protectionLength)
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await ImportAsync(pool, Small(protectionLength), canSeek: false);

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal((20, 61ul, 1ul << 20, 1ul, 200_000ul), (copy.Order, copy.Features, copy.StripeUnit, copy.StripeCount, copy.Size));
        Assert.Equal("value1", (await copy.Metadata.GetAsync("key1", CancellationToken.None)).ToString());
        Snapshot snapshot = Assert.Single(await copy.Snapshots.ListAsync(CancellationToken.None));
        Assert.Equal(("x", true, 200_000ul), (snapshot.Name.ToString(), snapshot.IsProtected, snapshot.Size));
        await using Image state = await copy.OpenAsync("x");
        Assert.Equal([1, 2, 3], (await state.ReadAllAsync())[..3]);
        Assert.Equal([1, 9, 3], (await copy.ReadAllAsync())[..3]);
    }

    [Fact]
    public async Task ImportAsync_options_of_the_caller_count_before_the_streams()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 21);
        options.Set(ImageOption.StripeUnit, 1 << 21);
        options.Set(ImageOption.Features, 5);

        await ImportAsync(pool, Small(), canSeek: false, options);

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal((21, 5ul), (copy.Order, copy.Features));
    }

    [Fact]
    public async Task ImportAsync_every_prefix_is_refused_and_leaves_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        byte[] bytes = Small();
        foreach (int length in Enumerable.Range(0, bytes.Length).Where(length => !IsInsideData(bytes, length)))
        {
            var error = await Assert.ThrowsAsync<ImageStreamException>(() => ImportAsync(pool, bytes[..length], canSeek: length % 8 > 0));
            Assert.Equal(Errno.EBADMSG, error.Errno);
        }

        Assert.Empty(await pool.ListAsync());
        Assert.Empty(await pool.ListVolumesAsync());
    }

    public static TheoryData<string, byte[], Errno, string> Absurd => new()
    {
        { "diff", DiffBytes.V1.Size(1).End(), Errno.EINVAL, "invalid or unexpected image banner" },
        { "other", [.. "something else entirely"u8], Errno.EINVAL, "invalid or unexpected image banner" },
        { "order", Header(b => b.Raw((byte)'O').U64(4).U32(20)), Errno.EBADMSG, "failed to decode image option" },
        { "metadata", Header(b => b.Raw((byte)'M').U64(18).U32(4).Text("key1").U32(5).Text("value")), Errno.EBADMSG, "failed to decode metadata value" },
        { "key", Header(b => b.Raw((byte)'M').U64(ulong.MaxValue).U32(uint.MaxValue)), Errno.EINVAL, "failed to decode metadata key" },
        { "unknown", Header(b => b.Raw((byte)'?').U64(ulong.MaxValue)), Errno.EBADMSG, "failed to decode skipped tag data" },
        { "diffs", Header(b => b.Raw((byte)'E').Text("rbd image diffs v1\n")), Errno.EINVAL, "invalid or unexpected diffs banner" },
        { "no diff", Header(b => b.Raw((byte)'E').Text("rbd image diffs v2\n").U64(0)), Errno.EBADMSG, "failed to decode diff count" },
        { "too few", Header(b => b.Raw((byte)'E').Text("rbd image diffs v2\n").U64(ulong.MaxValue)), Errno.EBADMSG, "failed to decode diff banner" },
    };

    [Theory]
    [MemberData(nameof(Absurd))]
    public async Task ImportAsync_absurd_stream_is_refused_and_leaves_nothing(string what, byte[] bytes, Errno errno, string summary)
    {
        Assert.NotEmpty(what);
        await using TestPool pool = await TestPool.CreateAsync();

        await RefusedStream.WithAsync(errno, summary, () => ImportAsync(pool, bytes, canSeek: false));
        await RefusedStream.WithAsync(errno, summary, () => ImportAsync(pool, bytes, canSeek: true));

        Assert.Empty(await pool.ListAsync());
    }

    [Fact]
    public async Task ImportAsync_that_breaks_after_its_snapshot_leaves_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        byte[] bytes = Small();

        await Assert.ThrowsAsync<ImageStreamException>(() => ImportAsync(pool, bytes[..^1], canSeek: false));

        Assert.Empty(await pool.ListAsync());
        Assert.Empty(await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task ImportAsync_to_a_taken_name_is_EEXIST_and_leaves_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("copy", 5);

        await Refused.WithAsync(Errno.EEXIST, () => ImportAsync(pool, Small(), canSeek: true));

        await using Image copy = await pool.OpenAsync("copy");
        Assert.Equal(5ul, copy.Size);
    }

    // An image of order 20 with a pair of metadata, a protected snapshot, and one byte changed after it.
    private static async Task<Image> SmallAsync(TestPool pool)
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 20);
        Image image = await pool.CreateAndOpenAsync(200_000, options);
        await image.Metadata.SetAsync("key1", "value1", CancellationToken.None);
        await image.WriteAsync(0, Cluster(2));
        await image.SnapshotAsync("x");
        await image.Snapshots.ProtectAsync("x", CancellationToken.None);
        await image.WriteAsync(1, new byte[] { 9 });
        return image;
    }

    internal static byte[] Small(ulong protectionLength = 1) =>
    [
        .. Header(b => b.Raw((byte)'O').U64(8).U64(20).Raw((byte)'T').U64(8).U64(61).Raw((byte)'U').U64(8).U64(1 << 20)
            .Raw((byte)'C').U64(8).U64(1).Raw((byte)'M').U64(18).U32(4).Text("key1").U32(6).Text("value1").Raw((byte)'E')
            .Text("rbd image diffs v2\n").U64(2)),
        .. DiffBytes.V2.To("x").Protected(1, protectionLength).Size(200_000).Data(0, Cluster(2)).End(),
        .. DiffBytes.V2.From("x").Size(200_000).Data(0, Cluster(9)).End(),
    ];

    // Far from either end of the two runs of 5.
    private static bool IsInsideData(byte[] bytes, int length) =>
        length >= 10 && length + 10 < bytes.Length && !bytes.AsSpan(length - 10, 20).ContainsAnyExcept((byte)5);

    private static byte[] Cluster(byte second)
    {
        var cluster = new byte[OverlayHeader.ClusterSize];
        cluster.AsSpan().Fill(5);
        cluster[0] = 1;
        cluster[1] = second;
        cluster[2] = 3;
        return cluster;
    }

    private static byte[] Header(Func<DiffBytes, DiffBytes> fields)
    {
        byte[] bytes = fields(DiffBytes.V1).ToArray();
        return [.. Encoding.ASCII.GetBytes("rbd image v2\n"), .. bytes.AsSpan("rbd diff v1\n".Length)];
    }

    private static async Task<byte[]> ExportAsync(Image image, ProgressCallback? progress = null)
    {
        using var output = new MemoryStream();
        await ImageStream.ExportAsync(image, output, progress, CancellationToken.None);
        return output.ToArray();
    }

    private static async Task ImportAsync(TestPool pool, byte[] bytes, bool canSeek, ImageOptions? options = null)
    {
        await using Stream input = canSeek ? new MemoryStream(bytes) : new ForwardStream(bytes);
        await ImageStream.ImportAsync(pool.Io, "copy", options ?? new ImageOptions(), input, 0, null, CancellationToken.None);
    }
}
