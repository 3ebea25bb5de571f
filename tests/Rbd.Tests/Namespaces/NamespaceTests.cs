using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class NamespaceTests
{
    [Fact]
    public async Task Create_exists_list_remove()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await RbdNamespaces.CreateAsync(pool.Io, "b", CancellationToken.None);
        await RbdNamespaces.CreateAsync(pool.Io, "a/x", CancellationToken.None);
        Assert.Equal(["a/x", "b"], (await RbdNamespaces.ListAsync(pool.Io, CancellationToken.None)).Select(name => name.ToString()));
        Assert.True(await RbdNamespaces.ExistsAsync(pool.Io, "b", CancellationToken.None));
        await RbdNamespaces.RemoveAsync(pool.Io, "b", CancellationToken.None);

        Assert.False(await RbdNamespaces.ExistsAsync(pool.Io, "b", CancellationToken.None));
    }

    [Fact]
    public async Task Refusals()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdNamespaces.CreateAsync(pool.Io, "ns", CancellationToken.None);
        await ImageDirectory.CreateAsync(pool.InNamespace("ns"), "image", 1, new ImageOptions(), CancellationToken.None);

        await Refused.WithAsync(Errno.EINVAL, () => RbdNamespaces.CreateAsync(pool.Io, "", CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => RbdNamespaces.RemoveAsync(pool.Io, "", CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => RbdNamespaces.ExistsAsync(pool.Io, "", CancellationToken.None));
        await Refused.WithAsync(Errno.EEXIST, () => RbdNamespaces.CreateAsync(pool.Io, "ns", CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => RbdNamespaces.RemoveAsync(pool.Io, "none", CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => RbdNamespaces.RemoveAsync(pool.Io, "ns", CancellationToken.None));
    }

    [Fact]
    public async Task Create_image_in_a_missing_namespace_is_ENOENT()
    {
        await using TestPool pool = await TestPool.CreateAsync();

        await Refused.WithAsync(
            Errno.ENOENT,
            () => ImageDirectory.CreateAsync(pool.InNamespace("none"), "image", 1, new ImageOptions(), CancellationToken.None));
    }

    [Fact]
    public async Task Images_of_namespaces_are_apart()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdNamespaces.CreateAsync(pool.Io, "ns", CancellationToken.None);
        Rados.IoContext inside = pool.InNamespace("ns");
        await pool.CreateImageAsync("image", 100);
        await ImageDirectory.CreateAsync(inside, "image", 200, new ImageOptions(), CancellationToken.None);
        await ImageDirectory.CreateAsync(inside, "other", 300, new ImageOptions(), CancellationToken.None);

        await using Image outer = await pool.OpenAsync("image");
        await using Image inner = await Image.OpenAsync(inside, "image", null, readOnly: false, CancellationToken.None);

        Assert.Equal((100ul, 200ul), (outer.Size, inner.Size));
        Assert.Equal(["image"], await pool.ListAsync());
        Assert.Equal(2, (await ImageDirectory.ListAsync(inside, CancellationToken.None)).Count);
        await Refused.WithAsync(Errno.ENOENT, () => pool.OpenAsync("other"));
        await ImageDirectory.RenameAsync(inside, "other", "moved", CancellationToken.None);
        await ImageDirectory.RemoveAsync(inside, "moved", null, CancellationToken.None);
        Assert.Equal(["image"], (await ImageDirectory.ListAsync(inside, CancellationToken.None)).Select(image => image.Name.ToString()));
    }
}
