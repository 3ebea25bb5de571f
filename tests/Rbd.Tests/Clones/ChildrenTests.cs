using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class ChildrenTests
{
    [Fact]
    public async Task Children_of_a_snapshot_and_of_all()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await CloneFixture.SnapAsync(parent, "second");
        await fixture.CloneAsync("b");
        await fixture.CloneAsync("c", 2, snapshot: "second");
        await fixture.CloneAsync("a", 2);

        Assert.Equal(["a", "b", "c"], await NamesAsync(parent));
        await parent.SetSnapshotAsync("second", CancellationToken.None);
        Assert.Equal(["c"], await NamesAsync(parent));
        await parent.SetSnapshotAsync("snap", CancellationToken.None);
        Assert.Equal(["a", "b"], await NamesAsync(parent));
    }

    [Fact]
    public async Task Children_in_other_pools_and_namespaces_say_where_they_are()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await RbdNamespaces.CreateAsync(other, "ns", CancellationToken.None);
        other.Namespace = "ns";
        await fixture.CloneAsync(to: other);
        await using Image parent = await fixture.Pool.OpenAsync("parent");

        ImageChild child = Assert.Single(await parent.ListChildrenAsync(CancellationToken.None));

        Assert.Equal((other.Pool.Id, "other", "ns", "clone"), (child.PoolId, child.PoolName, child.Namespace, child.Name));
        await using Image clone = await Image.OpenByIdAsync(other, child.ImageId, null, readOnly: true, CancellationToken.None);
        await CloneFixture.ExpectAsync(fixture.AtSnapshot, clone);
    }

    [Fact]
    public async Task Children_follow_renames_and_the_trash()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await ImageDirectory.RenameAsync(fixture.Io, "clone", "renamed", CancellationToken.None);
        await ImageTrash.MoveAsync(fixture.Io, "renamed", TrashSource.User, TimeSpan.Zero, CancellationToken.None);

        ImageChild child = Assert.Single(await parent.ListChildrenAsync(CancellationToken.None));

        Assert.Equal(("renamed", true), (child.Name.ToString(), child.IsTrashed));
        await ImageTrash.RestoreAsync(fixture.Io, child.ImageId, "back", CancellationToken.None);
        child = Assert.Single(await parent.ListChildrenAsync(CancellationToken.None));
        Assert.Equal(("back", false), (child.Name.ToString(), child.IsTrashed));
    }

    [Fact]
    public async Task Children_went_with_their_pool()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await fixture.CloneAsync(to: other);
        await fixture.Io.Cluster.Pools.DeleteAsync("other", CancellationToken.None);
        await using Image parent = await fixture.Pool.OpenAsync("parent");

        Assert.Empty(await parent.ListChildrenAsync(CancellationToken.None));
        await parent.Snapshots.UnprotectAsync("snap", CancellationToken.None);
        await CloneFixture.RemoveSnapAsync(parent, "snap");
        await parent.CloseAsync();
        await fixture.Pool.RemoveAsync("parent");
    }

    [Fact]
    public async Task Snapshots_kept_for_clones_go_when_the_clones_pool_does()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(protects: false);
        IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await fixture.CloneAsync("clone", 2, to: other);
        await using (Image parent = await fixture.Pool.OpenAsync("parent"))
            await CloneFixture.RemoveSnapAsync(parent, "snap");
        await Refused.WithAsync(Errno.ENOTEMPTY, () => fixture.Pool.RemoveAsync("parent"));

        await fixture.Io.Cluster.Pools.DeleteAsync("other", CancellationToken.None);

        await fixture.Pool.RemoveAsync("parent");
    }

    [Fact]
    public async Task Descendants_are_children_and_theirs()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await CloneFixture.SnapAsync(parent, "unused");
        await using Image middle = await fixture.CloneAndOpenAsync("middle");
        await CloneFixture.SnapAsync(middle, "snap");
        await fixture.CloneAsync("z", 2, "middle");
        await fixture.CloneAsync("a", 2, "middle");

        Assert.Equal(["a", "middle", "z"], Names(await parent.ListDescendantsAsync(CancellationToken.None)));
        Assert.Equal(["middle"], await NamesAsync(parent));
        await parent.SetSnapshotAsync("unused", CancellationToken.None);
        Assert.Empty(await parent.ListDescendantsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Parent_is_told_by_its_present_name_and_snapshot()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        Assert.Null(await parent.GetParentAsync(CancellationToken.None));
        await parent.Snapshots.RenameAsync("snap", "renamed", CancellationToken.None);
        await ImageDirectory.RenameAsync(fixture.Io, "parent", "mother", CancellationToken.None);

        ImageParent? found = await fixture.GetParentAsync("clone");

        Assert.Equal((parent.Id, "mother", "renamed"), (found!.ImageId, found.ImageName, found.Snapshot.Name));
        Assert.Equal(((ulong)CloneFixture.Size, false), (found.Overlap, found.IsTrashed));
        await ImageTrash.MoveAsync(fixture.Io, "mother", TrashSource.User, TimeSpan.Zero, CancellationToken.None);
        Assert.True((await fixture.GetParentAsync("clone"))!.IsTrashed);
        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
    }

    [Fact]
    public async Task Parent_at_a_snapshot_has_the_overlap_of_then()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await CloneFixture.SnapAsync(clone, "large");
        await clone.ResizeAsync(1000, allowShrink: true, null, CancellationToken.None);

        Assert.Equal(1000ul, (await clone.GetParentAsync(CancellationToken.None))!.Overlap);
        await clone.SetSnapshotAsync("large", CancellationToken.None);

        Assert.Equal((ulong)CloneFixture.Size, clone.Overlap);
        Assert.Equal((ulong)CloneFixture.Size, (await clone.GetParentAsync(CancellationToken.None))!.Overlap);
    }

    private static async Task<IEnumerable<string>> NamesAsync(Image image) => Names(await image.ListChildrenAsync(CancellationToken.None));

    private static IEnumerable<string> Names(IReadOnlyList<ImageChild> children) => children.Select(child => child.Name.ToString());
}
