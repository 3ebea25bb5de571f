using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class RenameTests
{
    [Fact]
    public async Task Rename_closed_image_takes_the_volume_along()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);

        await RenameAsync(pool, "image", "other");

        Assert.Equal(["other"], await pool.ListAsync());
        Assert.Equal(["other"], await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Rename_open_image_lets_the_volume_follow_at_close()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        Image image = await pool.CreateAndOpenAsync(100);

        await RenameAsync(pool, "image", "other");

        Assert.Equal("image", image.Name.ToString());
        Assert.Equal(["other"], await pool.ListAsync());
        Assert.Equal(["image"], await pool.ListVolumesAsync());
        await image.WriteAsync(0, new byte[] { 7 });
        await image.CloseAsync();
        Assert.Equal(["other"], await pool.ListVolumesAsync());
        await using Image renamed = await pool.OpenAsync("other");
        var read = new byte[1];
        await renamed.ReadAsync(0, read);
        Assert.Equal(7, read[0]);
    }

    [Fact]
    public async Task Rename_frees_the_name_while_the_volume_stays()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100);
        await RenameAsync(pool, "image", "other");

        await using Image second = await pool.CreateAndOpenAsync(200);

        Assert.Equal(["image", "other"], await pool.ListAsync());
        Assert.NotEqual(image.Id, second.Id);
    }

    [Fact]
    public async Task Rename_missing_is_ENOENT()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(Errno.ENOENT, () => RenameAsync(pool, "image", "other"));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("image")]
    public async Task Rename_to_a_taken_name_is_EEXIST(string to)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        await pool.CreateImageAsync("other", 100);

        await Refused.WithAsync(Errno.EEXIST, () => RenameAsync(pool, "image", to));
    }

    [Fact]
    public async Task Rename_to_the_empty_name_is_EINVAL()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);

        await Refused.WithAsync(Errno.EINVAL, () => RenameAsync(pool, "image", ""));
    }

    private static Task RenameAsync(TestPool pool, string from, string to) =>
        ImageDirectory.RenameAsync(pool.Io, from, to, CancellationToken.None);
}
