namespace CurveRbd.Rbd.Tests;

/// <summary>A pool with an image, or a clone, that went through random operations.</summary>
internal static class DiffModelPool
{
    public const int Order = 18;

    public static ImageOptions Options()
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Order, Order);
        return options;
    }

    public static async Task<(TestPool Pool, Image Image)> CreateAsync(bool isCurve, bool isClone, int seed, int steps = 40)
    {
        var random = new Random(seed);
        TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        byte[] content = new byte[2 << 20];
        if (isClone)
            content = await CreateCloneAsync(pool, content, random);
        else
            await pool.CreateImageAsync("image", (ulong)content.Length, Options());
        Image image = await pool.OpenAsync("image");
        var model = new DiffModel(pool, image, content, random);
        for (int step = 0; step < steps; step++)
            await model.StepAsync();
        return (pool, image);
    }

    /// <returns>What the clone, "image", begins with.</returns>
    public static async Task<byte[]> CreateCloneAsync(TestPool pool, byte[] zeros, Random random)
    {
        await pool.CreateImageAsync("parent", (ulong)zeros.Length, Options());
        await using Image parent = await pool.OpenAsync("parent");
        var model = new DiffModel(pool, parent, zeros, random);
        for (int step = 0; step < 20; step++)
            await model.StepAsync();
        await parent.SnapshotAsync("origin");
        await parent.Snapshots.ProtectAsync("origin", CancellationToken.None);
        await ImageClone.CloneAsync(pool.Io, "parent", "origin", pool.Io, "image", new ImageOptions(), CancellationToken.None);
        return [.. model.Content];
    }
}
