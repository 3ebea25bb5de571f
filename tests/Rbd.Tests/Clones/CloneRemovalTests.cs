using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class CloneRemovalTests
{
    [Fact]
    public async Task Parent_of_format_1_is_held_by_its_clones()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");

        await Refused.WithAsync(Errno.EBUSY, () => parent.Snapshots.UnprotectAsync("snap", CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => CloneFixture.RemoveSnapAsync(parent, "snap"));
        await Refused.WithAsync(Errno.EBUSY, () => CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Unprotect));
        await Refused.WithAsync(Errno.ENOTEMPTY, () => fixture.Pool.RemoveAsync("parent"));
        await fixture.Pool.RemoveAsync("clone");

        await parent.Snapshots.UnprotectAsync("snap", CancellationToken.None);
        await CloneFixture.RemoveSnapAsync(parent, "snap");
        await parent.CloseAsync();
        await fixture.Pool.RemoveAsync("parent");
        await ExpectNothingAsync(fixture);
    }

    [Fact]
    public async Task Clone_in_the_trash_still_holds_its_parent()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await ImageTrash.MoveAsync(fixture.Io, "clone", TrashSource.User, TimeSpan.Zero, CancellationToken.None);

        await Refused.WithAsync(Errno.EBUSY, () => parent.Snapshots.UnprotectAsync("snap", CancellationToken.None));
        await ImageTrash.PurgeAsync(fixture.Io, DateTimeOffset.UtcNow, -1, null, CancellationToken.None);

        await parent.Snapshots.UnprotectAsync("snap", CancellationToken.None);
    }

    [Fact]
    public async Task Snapshot_with_clones_of_format_2_moves_to_the_trash_namespace_and_goes_with_the_last()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync("first", 2);
        await fixture.CloneAsync("second", 2);
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        ulong id = (await parent.Snapshots.GetAsync("snap", CancellationToken.None)).Id;

        await parent.Snapshots.UnprotectAsync("snap", CancellationToken.None);
        await CloneFixture.RemoveSnapAsync(parent, "snap");

        Snapshot trashed = Assert.Single(await parent.Snapshots.ListAsync(CancellationToken.None));
        Assert.Equal((id, SnapshotNamespaceType.Trash, "snap"), (trashed.Id, trashed.NamespaceType, trashed.TrashOriginalName));
        Assert.True(Guid.TryParse(trashed.Name.ToString(), out _));
        Assert.Equal(9ul, parent.OpFeatures);
        await Refused.WithAsync(Errno.ENOENT, () => parent.Snapshots.GetAsync("snap", CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => parent.Snapshots.RemoveAsync(id, CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => fixture.CloneAsync("third", 2));
        await Refused.WithAsync(Errno.ENOTEMPTY, () => fixture.Pool.RemoveAsync("parent"));
        await CloneFixture.SnapAsync(parent, "snap");
        await CloneFixture.RemoveSnapAsync(parent, "snap");
        await fixture.ExpectAsync(fixture.AtSnapshot, "first");
        await fixture.Pool.RemoveAsync("first");
        Assert.Single(await fixture.ListSnapsAsync("parent"));
        await fixture.ExpectAsync(fixture.AtSnapshot, "second");
        await fixture.Pool.RemoveAsync("second");

        Assert.Empty(await fixture.ListSnapsAsync("parent"));
        await parent.RefreshAsync(CancellationToken.None);
        Assert.Equal(0ul, parent.OpFeatures);
        await fixture.ExpectAsync(fixture.AtSnapshot, "parent");
        await parent.CloseAsync();
        await fixture.Pool.RemoveAsync("parent");
        await ExpectNothingAsync(fixture);
    }

    [Fact]
    public async Task Parent_in_the_trash_goes_after_its_clones()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(protects: false);
        await fixture.CloneAsync("clone", 2);
        await using (Image parent = await fixture.Pool.OpenAsync("parent"))
            await CloneFixture.RemoveSnapAsync(parent, "snap");
        await ImageTrash.MoveAsync(fixture.Io, "parent", TrashSource.User, TimeSpan.Zero, CancellationToken.None);
        await Refused.WithAsync(
            Errno.ENOTEMPTY, () => ImageTrash.PurgeAsync(fixture.Io, DateTimeOffset.UtcNow, -1, null, CancellationToken.None));
        TrashEntry parentEntry = Assert.Single(await ImageTrash.ListAsync(fixture.Io, CancellationToken.None));
        await Refused.WithAsync(
            Errno.ENOTEMPTY, () => ImageTrash.RemoveAsync(fixture.Io, parentEntry.Id, force: true, null, CancellationToken.None));
        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        await ImageTrash.MoveAsync(fixture.Io, "clone", TrashSource.User, TimeSpan.Zero, CancellationToken.None);

        await ImageTrash.PurgeAsync(fixture.Io, DateTimeOffset.UtcNow, -1, null, CancellationToken.None);

        Assert.Empty(await ImageTrash.ListAsync(fixture.Io, CancellationToken.None));
        await ExpectNothingAsync(fixture);
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public async Task Snapshot_removal_by_force_flattens_its_clones(ulong format)
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync("first", format);
        await fixture.CloneAsync("second", format);
        await using Image parent = await fixture.Pool.OpenAsync("parent");

        await CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Force);

        Assert.Empty(await fixture.ListSnapsAsync("parent"));
        foreach (string clone in (string[])["first", "second"])
        {
            await fixture.ExpectAsync(fixture.AtSnapshot, clone);
            Assert.Null(await fixture.GetParentAsync(clone));
        }
    }

    [Fact]
    public async Task Snapshot_removal_flags_do_what_they_say_and_no_more()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync("clone", 2);
        await using Image parent = await fixture.Pool.OpenAsync("parent");

        await Refused.WithAsync(Errno.EINVAL, () => CloneFixture.RemoveSnapAsync(parent, "snap", (SnapshotRemoveFlags)4));
        await Refused.WithAsync(Errno.ENOENT, () => CloneFixture.RemoveSnapAsync(parent, "none", SnapshotRemoveFlags.Force));
        await Refused.WithAsync(Errno.EBUSY, () => CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Flatten));
        Assert.Null(await fixture.GetParentAsync("clone"));
        await CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Unprotect);

        Assert.Empty(await fixture.ListSnapsAsync("parent"));
    }

    [Fact]
    public async Task Clone_with_snapshots_is_ENOTEMPTY_and_open_ones_EBUSY()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await Refused.WithAsync(Errno.EBUSY, () => fixture.Pool.RemoveAsync("clone"));
        await CloneFixture.SnapAsync(clone, "snap");
        await Refused.WithAsync(Errno.ENOTEMPTY, () => fixture.Pool.RemoveAsync("clone"));
        await CloneFixture.RemoveSnapAsync(clone, "snap");
        await clone.CloseAsync();

        await fixture.Pool.RemoveAsync("clone");

        await using Image parent = await fixture.Pool.OpenAsync("parent");
        Assert.Empty(await parent.ListChildrenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Clone_whose_parents_pool_is_gone_can_be_removed()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        Rados.IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await fixture.CloneAsync(to: other);
        await fixture.Io.Cluster.Pools.DeleteAsync("pool", CancellationToken.None);

        await ImageDirectory.RemoveAsync(other, "clone", null, CancellationToken.None);

        Assert.Empty(await ImageDirectory.ListAsync(other, CancellationToken.None));
        Assert.Empty(await fixture.Pool.Volumes.ListAsync(other.Pool.Directory, CancellationToken.None));
    }

    private static async Task ExpectNothingAsync(CloneFixture fixture)
    {
        Assert.Empty(await fixture.Pool.ListVolumesAsync());
        Assert.Empty(await fixture.Pool.Records.RangeAsync($"pool/{fixture.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }
}
