using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Images on the embedded store: real files, real SQLite.</summary>
public sealed class LocalStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_operations_match_a_byte_array(int seed)
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        ModelRun run = await ModelRun.StartAsync(pool, new Random(seed), 40000);

        for (int i = 0; i < 200; i++)
        {
            string step = await run.StepAsync();
            Assert.True(await run.MatchesAsync(), $"seed {seed}, operation {i}: {step}");
        }

        await run.Image.CloseAsync();
    }

    [Fact]
    public async Task Life_of_an_image()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using (Image image = await pool.CreateAndOpenAsync((5ul << 30) + 1))
        {
            await image.WriteAsync(5ul << 30, new byte[] { 42 });
            await image.Metadata.SetAsync("key", "value", CancellationToken.None);
            await ImageDirectory.RenameAsync(pool.Io, "image", "renamed", CancellationToken.None);
            await Refused.WithAsync(Errno.EBUSY, () => pool.RemoveAsync("renamed"));
        }

        Assert.Equal(["renamed"], await pool.ListVolumesAsync());
        await using (Image image = await pool.OpenAsync("renamed", readOnly: true))
        {
            await ImageCopy.CopyAsync(image, pool.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);
            await using Image copy = await pool.OpenAsync("copy");
            var read = new byte[1];
            await copy.ReadAsync(5ul << 30, read);
            Assert.Equal((42, "value"), (read[0], (await copy.Metadata.GetAsync("key", CancellationToken.None)).ToString()));
        }

        await pool.RemoveAsync("renamed");
        Assert.Equal(["copy"], await pool.ListAsync());
    }

    [Fact]
    public async Task Resize_is_seen_by_another_clients_next_call()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image mine = await pool.CreateAndOpenAsync(100);
        IoContext other = await pool.ConnectAnotherAsync();
        await using Image theirs = await Image.OpenAsync(other, "image", null, readOnly: false, CancellationToken.None);

        for (ulong size = 200; size < 205; size++)
        {
            await mine.ResizeAsync(size, allowShrink: true, null, CancellationToken.None);
            await theirs.RefreshAsync(CancellationToken.None);

            Assert.Equal(size, theirs.Size);
        }
    }
}
