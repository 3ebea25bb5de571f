using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class RemoveTests
{
    [Fact]
    public async Task Remove_image_leaves_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using (Image image = await pool.CreateAndOpenAsync(100))
            await image.Metadata.SetAsync("key", "value", CancellationToken.None);

        await pool.RemoveAsync("image");

        Assert.Empty(await pool.ListAsync());
        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync("pool/", null, 0, CancellationToken.None)
            is var left ? left.Where(record => record.Key.Contains("/rbd/", StringComparison.Ordinal)) : []);
    }

    [Fact]
    public async Task Remove_image_on_more_layers_than_one_transaction_takes_leaves_nothing()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using (Image image = await pool.CreateAndOpenAsync(100))
        {
            for (int i = 0; i < 110; i++)
            {
                await image.WriteAsync(0, new byte[] { 7 });
                await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, CancellationToken.None);
            }

            for (int i = 0; i < 110; i++)
                await image.Snapshots.RemoveAsync($"s{i}", SnapshotRemoveFlags.None, null, CancellationToken.None);
        }

        Assert.True((await pool.ListVolumesAsync()).Count() > 100, "they must not be merged yet");
        await pool.RemoveAsync("image");

        Assert.Empty(await pool.ListVolumesAsync());
        Assert.Empty(await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Remove_missing_is_ENOENT()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.ENOENT, () => pool.RemoveAsync("image"));
    }

    [Fact]
    public async Task Remove_open_in_the_same_process_is_EBUSY()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100);

        await Refused.WithAsync(Errno.EBUSY, () => pool.RemoveAsync("image"));
        Assert.Equal(["image"], await pool.ListAsync());
    }

    [Fact]
    public async Task Remove_open_by_another_client_is_EBUSY_until_it_dies()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        Rados.IoContext other = await pool.ConnectAnotherAsync();
        await using Image image = await Image.OpenAsync(other, "image", null, readOnly: false, CancellationToken.None);
        await Refused.WithAsync(Errno.EBUSY, () => pool.RemoveAsync("image"));

        await TestPool.KillAsync(other);

        await pool.RemoveAsync("image");
        Assert.Empty(await pool.ListAsync());
    }

    [Fact]
    public async Task Remove_open_read_only_works()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await pool.RemoveAsync("image");

        Assert.Empty(await pool.ListAsync());
    }

    [Fact]
    public async Task Remove_negative_progress_aborts_with_it_and_leaves_the_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);

        CallbackAbortedException error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => ImageDirectory.RemoveAsync(pool.Io, "image", (_, _) => -125, CancellationToken.None));

        Assert.Equal(-125, error.Code);
        await using Image image = await pool.OpenAsync("image");
        Assert.Equal(100ul, image.Size);
    }

    [Fact]
    public async Task Remove_progress_counts_objects_to_the_end()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 10ul << 22);
        var calls = new List<(ulong, ulong)>();

        await ImageDirectory.RemoveAsync(pool.Io, "image", Note, CancellationToken.None);

        Assert.Equal((10ul, 10ul), calls[^1]);

        int Note(ulong done, ulong total)
        {
            calls.Add((done, total));
            return 0;
        }
    }

    [Fact]
    public async Task Remove_after_rename_while_open_removes_the_volume()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using (await pool.CreateAndOpenAsync(100))
            await ImageDirectory.RenameAsync(pool.Io, "image", "renamed", CancellationToken.None);

        await pool.RemoveAsync("renamed");

        Assert.Empty(await pool.ListVolumesAsync());
    }
}
