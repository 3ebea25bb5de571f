using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Snapshots that come and go, with clones, faster than layers are merged in the background.</summary>
public sealed class SnapshotChurnTests
{
    [Fact]
    public async Task Snapshots_come_and_go_beyond_the_layers_that_an_image_may_have()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(4 << 20);

        for (int round = 0; round < 80; round++)
            await RoundAsync(pool, image, round);

        Assert.Empty(await image.Snapshots.ListAsync(CancellationToken.None));
    }

    private static async Task RoundAsync(TestPool pool, Image image, int round)
    {
        ByteName name = $"snap{round}";
        await image.WriteAsync((ulong)(round % 60) * 65536, LayerStackFixture.Filled(65536, (byte)(round + 1)));
        await image.Snapshots.CreateAsync(name, SnapshotCreateFlags.None, null, CancellationToken.None);
        await image.Snapshots.ProtectAsync(name, CancellationToken.None);
        await ImageClone.CloneAsync(pool.Io, "image", name, pool.Io, "clone", new ImageOptions(), CancellationToken.None);
        await using (Image clone = await pool.OpenAsync("clone"))
        {
            if (round % 10 == 0)
                await clone.FlattenAsync(null, CancellationToken.None);
        }

        await ImageDirectory.RemoveAsync(pool.Io, "clone", null, CancellationToken.None);
        await image.Snapshots.UnprotectAsync(name, CancellationToken.None);
        await image.WriteAsync(0, LayerStackFixture.Filled(4096, 255));
        if (round % 5 == 0)
            await image.Snapshots.RollbackAsync(name, null, CancellationToken.None);
        await image.Snapshots.RemoveAsync(name, SnapshotRemoveFlags.None, null, CancellationToken.None);
    }
}
