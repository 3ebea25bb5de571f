using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class GroupTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task List_tells_groups_by_name()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdGroups.CreateAsync(pool.Io, "b", None);
        await RbdGroups.CreateAsync(pool.Io, "a", None);

        await RbdGroups.RenameAsync(pool.Io, "a", "c", None);

        Assert.Equal(["b", "c"], (await RbdGroups.ListAsync(pool.Io, None)).Select(name => name.ToString()));
        Assert.NotEqual(await RbdGroups.GetIdAsync(pool.Io, "b", None), await RbdGroups.GetIdAsync(pool.Io, "c", None));
    }

    [Fact]
    public async Task Names_that_are_taken_or_missing_are_refused()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdGroups.CreateAsync(pool.Io, "a", None);
        await RbdGroups.CreateAsync(pool.Io, "b", None);

        await Refused.WithAsync(Errno.EEXIST, () => RbdGroups.CreateAsync(pool.Io, "a", None));
        await Refused.WithAsync(Errno.EEXIST, () => RbdGroups.RenameAsync(pool.Io, "a", "b", None));
        await Refused.WithAsync(Errno.ENOENT, () => RbdGroups.RenameAsync(pool.Io, "x", "y", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupImages.ListAsync(pool.Io, "x", None));
        await RbdGroups.RemoveAsync(pool.Io, "x", None);
    }

    [Fact]
    public async Task Image_of_a_group_says_so_and_is_not_removed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        await RbdGroups.CreateAsync(pool.Io, "group", None);

        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "image", None);
        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "image", None);

        await using (Image image = await pool.OpenAsync("image"))
        {
            Assert.Equal("group", (await image.GetGroupAsync(None))!.Name.ToString());
            Assert.Equal(OperationFeatures.Group, image.OpFeatures);
            Assert.NotEqual(0ul, image.Features & ImageFeatures.Operations);
        }

        await Refused.WithAsync(Errno.EMLINK, () => pool.RemoveAsync("image"));
        await GroupImages.RemoveAsync(pool.Io, "group", pool.Io, "image", None);
        await pool.RemoveAsync("image");
    }

    [Fact]
    public async Task Image_belongs_to_one_group()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        await RbdGroups.CreateAsync(pool.Io, "one", None);
        await RbdGroups.CreateAsync(pool.Io, "two", None);
        await GroupImages.AddAsync(pool.Io, "one", pool.Io, "image", None);

        await Refused.WithAsync(Errno.EEXIST, () => GroupImages.AddAsync(pool.Io, "two", pool.Io, "image", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupImages.RemoveAsync(pool.Io, "two", pool.Io, "image", None));
        await Refused.WithAsync(Errno.ENOENT, () => GroupImages.AddAsync(pool.Io, "two", pool.Io, "missing", None));
    }

    [Fact]
    public async Task Images_of_several_pools_are_listed_by_pool_and_name()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext other = await pool.CreatePoolAsync("other");
        await ImageDirectory.CreateAsync(other, "z", 1000, new ImageOptions(), None);
        await pool.CreateImageAsync("b", 1000);
        await pool.CreateImageAsync("a", 1000);
        await RbdGroups.CreateAsync(pool.Io, "group", None);
        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "b", None);
        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "a", None);

        await GroupImages.AddAsync(pool.Io, "group", other, "z", None);

        IReadOnlyList<GroupImage> images = await GroupImages.ListAsync(pool.Io, "group", None);
        Assert.Equal(["other/z", "pool/a", "pool/b"], images.Select(image => $"{image.PoolName}/{image.Name}"));
    }

    [Fact]
    public async Task Remove_lets_the_images_go_and_takes_the_snapshots_away()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1000);
        await RbdGroups.CreateAsync(pool.Io, "group", None);
        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "image", None);
        await GroupSnapshots.CreateAsync(pool.Io, "group", "snap", SnapshotCreateFlags.None, None);

        await RbdGroups.RemoveAsync(pool.Io, "group", None);

        Assert.Empty(await RbdGroups.ListAsync(pool.Io, None));
        await using Image image = await pool.OpenAsync("image");
        Assert.Null(await image.GetGroupAsync(None));
        Assert.Empty(await image.Snapshots.ListAsync(None));
        Assert.Equal(0ul, image.OpFeatures);
    }

    [Fact]
    public async Task Image_whose_group_went_with_its_pool_is_free()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext other = await pool.CreatePoolAsync("other");
        await pool.CreateImageAsync("one", 1000);
        await pool.CreateImageAsync("two", 1000);
        await RbdGroups.CreateAsync(other, "lost", None);
        await GroupImages.AddAsync(other, "lost", pool.Io, "one", None);
        await GroupImages.AddAsync(other, "lost", pool.Io, "two", None);
        await RbdGroups.CreateAsync(pool.Io, "group", None);

        await pool.Io.Cluster.Pools.DeleteAsync("other", None);

        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "one", None);
        await pool.RemoveAsync("two");
        Assert.Equal(["one"], (await GroupImages.ListAsync(pool.Io, "group", None)).Select(image => image.Name.ToString()));
    }

    [Fact]
    public async Task Group_goes_on_without_images_that_went_with_their_pool()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        IoContext other = await pool.CreatePoolAsync("other");
        await ImageDirectory.CreateAsync(other, "lost", 1000, new ImageOptions(), None);
        await pool.CreateImageAsync("image", 1000);
        await RbdGroups.CreateAsync(pool.Io, "group", None);
        await GroupImages.AddAsync(pool.Io, "group", other, "lost", None);
        await GroupImages.AddAsync(pool.Io, "group", pool.Io, "image", None);

        await pool.Io.Cluster.Pools.DeleteAsync("other", None);
        await GroupSnapshots.CreateAsync(pool.Io, "group", "snap", SnapshotCreateFlags.None, None);

        GroupSnapshot snapshot = await GroupSnapshots.GetAsync(pool.Io, "group", "snap", None);
        Assert.Equal("image", Assert.Single(snapshot.Images).ImageName.ToString());
        await RbdGroups.RemoveAsync(pool.Io, "group", None);
    }

    [Fact]
    public async Task Namespace_with_a_group_is_not_removed()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await RbdNamespaces.CreateAsync(pool.Io, "ns", None);
        await RbdGroups.CreateAsync(pool.InNamespace("ns"), "group", None);

        Assert.Empty(await RbdGroups.ListAsync(pool.Io, None));
        await Refused.WithAsync(Errno.EBUSY, () => RbdNamespaces.RemoveAsync(pool.Io, "ns", None));
        await Refused.WithAsync(Errno.ENOENT, () => RbdGroups.CreateAsync(pool.InNamespace("missing"), "group", None));
    }
}
