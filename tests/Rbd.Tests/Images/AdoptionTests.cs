using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Volumes that another tool made in a pool's directory are images.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task Found_volume_is_listed_opened_and_keeps_its_id()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await MakeVolumeAsync(pool, "found", 5000);

        ImageSpec listed = Assert.Single(await ImageDirectory.ListAsync(pool.Io, CancellationToken.None));
        await using Image image = await pool.OpenAsync("found");

        Assert.Equal("found", listed.Name.ToString());
        Assert.Equal(listed.Id, image.Id);
        Assert.Equal(5000ul, image.Size);
        Assert.Equal(22, image.Order);
        Assert.Equal(ImageFeatures.Default, image.Features);
        Assert.Equal(["found"], await pool.ListAsync());
    }

    [Fact]
    public async Task Found_volume_opens_by_its_listed_id()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await MakeVolumeAsync(pool, "found", 5000);
        ImageSpec listed = Assert.Single(await ImageDirectory.ListAsync(pool.Io, CancellationToken.None));

        await using Image image = await Image.OpenByIdAsync(pool.Io, listed.Id, null, readOnly: true, CancellationToken.None);

        Assert.Equal("found", image.Name.ToString());
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("100%")]
    [InlineData("a%2fb")] // lower-case hex: nobody's encoding
    [InlineData("vol+1")]
    public async Task Found_volume_with_a_foreign_name_is_an_image_of_that_name(string name)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await MakeVolumeAsync(pool, name, 5000);

        Assert.Equal([name], await pool.ListAsync());
        await using Image image = await pool.OpenAsync(name);

        Assert.Equal(5000ul, image.Size);
        Assert.Equal([name], await pool.ListAsync());
    }

    [Fact]
    public async Task Found_volume_blocks_creation_with_EEXIST()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await MakeVolumeAsync(pool, "found", 5000);

        await Refused.WithAsync(Errno.EEXIST, () => pool.CreateImageAsync("found", 1));
        Assert.Equal(["found"], await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Found_volume_can_be_renamed_and_removed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await MakeVolumeAsync(pool, "found", 5000);

        await ImageDirectory.RenameAsync(pool.Io, "found", "kept", CancellationToken.None);
        Assert.Equal(["kept"], await pool.ListVolumesAsync());
        await pool.RemoveAsync("kept");

        Assert.Empty(await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Volume_gone_missing_is_EIO_and_the_image_can_be_removed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        await pool.Volumes.DeleteAsync(new VolumePath(pool.Io.Pool.Directory, "image", "admin"), CancellationToken.None);

        await Refused.WithAsync(Errno.EIO, () => pool.OpenAsync("image"));
        await pool.RemoveAsync("image");

        Assert.Empty(await pool.ListAsync());
    }

    private static Task MakeVolumeAsync(TestPool pool, string name, ulong size) =>
        pool.Volumes.CreateAsync(new VolumePath(pool.Io.Pool.Directory, name, "admin"), size, CancellationToken.None);
}
