using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class DiffImportTests
{
    private const int Size = 200_000;

    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 2)]
    [InlineData(false, true, 3)]
    [InlineData(true, true, 4)]
    [InlineData(false, true, 5)]
    public async Task ReadAsync_of_what_WriteAsync_wrote_snapshot_by_snapshot_gives_the_same_states(bool isCurve, bool isClone, int seed)
    {
        (TestPool pool, Image source) = await DiffModelPool.CreateAsync(isCurve, isClone, seed);
        await using TestPool owner = pool;
        await using Image image = source;
        await using Image copy = await pool.CreateAndOpenAsync(0, name: "copy");

        ByteName? from = default(ByteName?);
        foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
        {
            await using Image state = await image.OpenAsync(snapshot.Name);
            await ImportAsync(copy, await ExportAsync(state, from), canSeek: seed % 2 == 0);
            from = snapshot.Name;
        }

        await ImportAsync(copy, await ExportAsync(image, from), canSeek: true);

        await copy.HasStatesOfAsync(image);
    }

    [Fact]
    public async Task WriteAsync_writes_names_size_data_and_holes()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("a");
        await image.WriteAsync(70_000, new byte[] { 7 });
        await image.DiscardAsync(0, 65536);
        await image.SnapshotAsync("b");
        await using Image state = await image.OpenAsync("b");

        byte[] diff = await ExportAsync(state, "a");

        byte[] cluster = Enumerable.Repeat((byte)1, 65536).ToArray();
        cluster[70_000 - 65536] = 7;
        Assert.Equal(DiffBytes.V1.From("a").To("b").Size(Size).Zero(0, 65536).Data(65536, cluster).End(), diff);
    }

    [Fact]
    public async Task WriteAsync_of_the_head_has_no_end_snapshot_and_of_a_fresh_image_no_range()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);

        Assert.Equal(DiffBytes.V1.Size(Size).End(), await ExportAsync(image, default(ByteName?)));
    }

    [Fact]
    public async Task WriteAsync_from_a_missing_or_newer_snapshot_is_refused_before_anything_is_written()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("a");
        await image.SnapshotAsync("b");
        await using Image state = await image.OpenAsync("a");
        using var output = new MemoryStream();

        await Refused.WithAsync(Errno.ENOENT, () => DiffExport.WriteAsync(image, "x", false, output, null, CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => DiffExport.WriteAsync(state, "b", false, output, null, CancellationToken.None));

        Assert.Equal(0, output.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_start_snapshot_is_missing_changes_nothing(bool canSeek)
    {
        byte[] diff = DiffBytes.V1.From("a").To("b").Size(10).Data(0, 9).End();

        await IsRefusedAsync(diff, canSeek, Errno.EINVAL, "start snapshot 'a' does not exist in the image, aborting");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_end_snapshot_is_there_changes_nothing(bool canSeek)
    {
        byte[] diff = DiffBytes.V1.To("there").Size(10).Data(0, 9).End();

        await IsRefusedAsync(diff, canSeek, Errno.EEXIST, "end snapshot 'there' already exists, aborting");
    }

    [Fact]
    public async Task ReadAsync_every_prefix_of_a_file_changes_nothing()
    {
        byte[] diff = DiffBytes.V1.From("there").To("b").Size(Size + 1).Data(5, 9, 9).Zero(20, 30).End();

        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("there");

        for (int length = 0; length < diff.Length; length++)
            await IsRefusedAsync(image, diff[..length], canSeek: true, Errno.EBADMSG, summary: null);
    }

    [Fact]
    public async Task ReadAsync_every_prefix_of_a_pipe_is_refused_and_takes_no_snapshot()
    {
        byte[] diff = DiffBytes.V1.From("there").To("b").Size(Size).Data(5, 9, 9).Zero(20, 30).End();
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("there");

        for (int length = 0; length < diff.Length; length++)
        {
            var error = await Assert.ThrowsAsync<ImageStreamException>(() => ImportAsync(image, diff[..length], canSeek: false));
            Assert.Equal(Errno.EBADMSG, error.Errno);
        }

        Assert.Equal(["there"], (await image.Snapshots.ListAsync(CancellationToken.None)).Select(one => one.Name.ToString()));
    }

    [Fact]
    public async Task ReadAsync_bytes_flipped_at_random_ends_and_leaves_an_image_that_can_be_read()
    {
        byte[] diff = DiffBytes.V1.From("there").To("b").Size(Size).Data(5, 9, 9).Zero(20, 30).Data(100, new byte[50]).End();
        await using TestPool pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("there");
        int size = diff.AsSpan().IndexOf((byte)'s') + 1;
        var random = new Random(1);
        for (int i = 0; i < 100; i++)
        {
            byte[] broken = [.. diff];
            int place = random.Next(12, broken.Length);
            if (place >= size + 3 && place < size + 8)
                continue; // an image of terabytes, which takes its time
            broken[place] ^= (byte)(1 << random.Next(8));
            try
            {
                await ImportAsync(image, broken, canSeek: i % 2 == 0);
            }
            catch (Exception error) when (error is ImageStreamException or StorageException)
            {
                // The random byte made it something that is refused.
            }

            foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
            {
                if (snapshot.Name != "there")
                    await image.RemoveSnapshotAsync(snapshot.Name);
            }

            await image.ResizeAsync(Size, allowShrink: true, null, CancellationToken.None);
            Assert.Equal(Size, (await image.ReadAllAsync()).Length);
        }
    }

    public static TheoryData<string, byte[], Errno> Absurd => new()
    {
        { "range past the end", DiffBytes.V1.Size(Size).Zero(Size - 1, 2).End(), Errno.EINVAL },
        { "far too much data", DiffBytes.V1.Tag('w', 0).U64(0).U64(1ul << 62).End(), Errno.EBADMSG },
        { "data past the end", DiffBytes.V1.Size(Size).Tag('w', 0).U64(Size).U64(1ul << 40).End(), Errno.EINVAL },
        { "no banner", [.. "rbd image v2\n........"u8], Errno.EINVAL },
    };

    [Theory]
    [MemberData(nameof(Absurd))]
    public Task ReadAsync_absurd_file_changes_nothing(string what, byte[] diff, Errno errno)
    {
        Assert.NotEmpty(what);
        return IsRefusedAsync(diff, canSeek: true, errno, summary: null);
    }

    [Theory]
    [InlineData(1ul << 62)]
    [InlineData(ulong.MaxValue)]
    public async Task ReadAsync_size_that_no_store_has_is_EFBIG(ulong size)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);

        await Refused.WithAsync(Errno.EFBIG, () => ImportAsync(image, DiffBytes.V1.Size(size).End(), canSeek: false));

        Assert.Equal((ulong)Size, image.Size);
    }

    [Fact]
    public async Task ReadAsync_without_size_keeps_the_images()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);

        await ImportAsync(image, DiffBytes.V1.Data(0, 9).End(), canSeek: true);

        Assert.Equal((ulong)Size, image.Size);
        Assert.Equal(9, (await image.ReadAllAsync())[0]);
    }

    [Fact]
    public async Task ReadAsync_overlapping_ranges_count_in_their_order()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);

        await ImportAsync(image, DiffBytes.V1.Size(Size).Data(0, 9, 9, 9, 9).Zero(1, 2).Data(2, 8).End(), canSeek: false);

        Assert.Equal([9, 0, 8, 9, 1], (await image.ReadAllAsync())[..5]);
    }

    [Fact]
    public async Task ReadAsync_runs_of_zeros_become_holes()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);

        await ImportAsync(image, DiffBytes.V1.Size(Size).Data(0, new byte[100_000]).End(), canSeek: false);

        Assert.Equal(24 * 4096ul, (await image.Volume.NextDataAsync(0, Size))!.Value.Offset);
    }

    [Fact]
    public async Task ReadAsync_no_more_snapshots_may_be_taken_is_EDQUOT_and_changes_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("there");
        await image.Snapshots.SetLimitAsync(1, CancellationToken.None);

        await Refused.WithAsync(Errno.EDQUOT, () => ImportAsync(image, DiffBytes.V1.To("b").Size(10).End(), canSeek: false));

        Assert.Equal(Enumerable.Repeat((byte)1, Size), await image.ReadAllAsync());
    }

    [Fact]
    public async Task ReadAsync_read_only_or_at_a_snapshot_is_EROFS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", Size);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await using Image other = await pool.OpenAsync("image");
        await other.SnapshotAsync("s");
        await using Image state = await pool.OpenAtAsync("image", "s", readOnly: false);

        await Refused.WithAsync(Errno.EROFS, () => ImportAsync(image, DiffBytes.V1.Size(Size).End(), canSeek: false));
        await Refused.WithAsync(Errno.EROFS, () => ImportAsync(state, DiffBytes.V1.Size(Size).End(), canSeek: false));
    }

    private static async Task IsRefusedAsync(byte[] diff, bool canSeek, Errno errno, string? summary)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await FilledAsync(pool);
        await image.SnapshotAsync("there");

        await IsRefusedAsync(image, diff, canSeek, errno, summary);
    }

    private static async Task IsRefusedAsync(Image image, byte[] diff, bool canSeek, Errno errno, string? summary)
    {
        var error = await Assert.ThrowsAsync<ImageStreamException>(() => ImportAsync(image, diff, canSeek));

        Assert.Equal((errno, summary ?? error.Summary), (error.Errno, error.Summary));
        Assert.Equal(Enumerable.Repeat((byte)1, Size).ToArray(), await image.ReadAllAsync());
        Assert.Single(await image.Snapshots.ListAsync(CancellationToken.None));
    }

    private static async Task<Image> FilledAsync(TestPool pool)
    {
        Image image = await pool.CreateAndOpenAsync(Size);
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, Size).ToArray());
        return image;
    }

    private static async Task<byte[]> ExportAsync(Image image, ByteName? from)
    {
        using var output = new MemoryStream();
        await DiffExport.WriteAsync(image, from, wholeObject: false, output, null, CancellationToken.None);
        return output.ToArray();
    }

    private static async Task ImportAsync(Image image, byte[] diff, bool canSeek)
    {
        await using Stream input = canSeek ? new MemoryStream(diff) : new ForwardStream(diff);
        await DiffImport.ReadAsync(image, input, 0, null, CancellationToken.None);
    }
}
