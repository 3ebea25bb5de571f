using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class CloneTests
{
    [Fact]
    public async Task Clone_reads_the_snapshot_whatever_becomes_of_the_parent()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        byte[] expected = fixture.AtSnapshot;
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        var model = (byte[])expected.Clone();
        await fixture.WriteAsync(parent, model, 100_000, 120_000);

        await using Image clone = await fixture.CloneAndOpenAsync();

        await CloneFixture.ExpectAsync(expected, clone);
        await fixture.WriteAsync(parent, model, 0, CloneFixture.Size);
        await CloneFixture.ExpectAsync(expected, clone);
        await CloneFixture.SnapAsync(parent, "later");
        await parent.DiscardAsync(0, 200_000);
        await CloneFixture.ExpectAsync(expected, clone);
        await parent.ResizeAsync(10, allowShrink: true, null, CancellationToken.None);
        await CloneFixture.ExpectAsync(expected, clone);
        await parent.Snapshots.RollbackAsync("later", null, CancellationToken.None);
        await CloneFixture.RemoveSnapAsync(parent, "later");
        await CloneFixture.ExpectAsync(expected, clone);
        await fixture.ExpectAsync(expected, "clone");
    }

    [Fact]
    public async Task Clone_is_written_apart_from_the_parent_and_from_other_clones()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image first = await fixture.CloneAndOpenAsync("first");
        await using Image second = await fixture.CloneAndOpenAsync("second");
        var firstModel = (byte[])fixture.AtSnapshot.Clone();
        var secondModel = (byte[])fixture.AtSnapshot.Clone();

        await fixture.WriteAsync(first, firstModel, 130_000, 100_001);
        await fixture.WriteAsync(second, secondModel, 1, 3);
        await second.DiscardAsync(65536, 131072);
        secondModel.AsSpan(65536, 131072).Clear();

        await CloneFixture.ExpectAsync(firstModel, first);
        await CloneFixture.ExpectAsync(secondModel, second);
        await fixture.ExpectAsync(fixture.AtSnapshot, "parent");
        await fixture.ExpectAsync(fixture.AtSnapshot, "parent", "snap");
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    public async Task Clones_of_clones_read_through_all_of_them(ulong format)
    {
        await using CloneFixture fixture = await CloneFixture.CreateOnCurveAsync();
        byte[] model = (byte[])fixture.AtSnapshot.Clone();
        var kept = new List<(string Name, byte[] Content)>();
        string above = "parent";
        for (int i = 0; i < 6; i++)
        {
            string name = $"clone-{i}";
            await using Image clone = await fixture.CloneAndOpenAsync(name, format, above);
            await fixture.WriteAsync(clone, model, i * 40_000, 50_000);
            await CloneFixture.SnapAsync(clone, "snap");
            await clone.Snapshots.ProtectAsync("snap", CancellationToken.None);
            kept.Add((name, (byte[])model.Clone()));
            await clone.WriteAsync(0, Enumerable.Repeat((byte)i, CloneFixture.Size).ToArray());
            above = name;
        }

        foreach ((string name, byte[] content) in kept)
            await fixture.ExpectAsync(content, name, "snap");
        await using Image last = await fixture.CloneAndOpenAsync("last", format, above);
        await CloneFixture.ExpectAsync(model, last);
    }

    [Fact]
    public async Task Clone_has_the_parents_settings_and_metadata()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 20);
        options.Set(ImageOption.Features, ImageFeatures.Layering | ImageFeatures.ExclusiveLock | ImageFeatures.DeepFlatten);
        await using Image parent = await pool.CreateAndOpenAsync(5000, options, "parent");
        await parent.Metadata.SetAsync("key", "value", CancellationToken.None);
        await CloneFixture.SnapAsync(parent, "snap");
        await parent.Snapshots.ProtectAsync("snap", CancellationToken.None);
        await parent.ResizeAsync(7000, allowShrink: false, null, CancellationToken.None);

        int order = await ImageClone.CloneAsync(pool.Io, "parent", "snap", pool.Io, "clone", new ImageOptions(), CancellationToken.None);

        await using Image clone = await pool.OpenAsync("clone");
        Assert.Equal((20, 20), (order, clone.Order));
        Assert.Equal(parent.Features, clone.Features);
        Assert.Equal((5000ul, 5000ul), (clone.Size, clone.Overlap));
        Assert.Equal("value", await clone.Metadata.GetAsync("key", CancellationToken.None));
        Assert.NotEqual(parent.Id, clone.Id);
    }

    [Fact]
    public async Task Clone_options_go_before_the_parents_settings()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();

        int order = await ImageClone.CloneAsync(
            fixture.Io,
            "parent",
            "snap",
            fixture.Io,
            "clone",
            CloneFixture.Format(
                1,
                (ImageOption.Order, 23),
                (ImageOption.Features, ImageFeatures.Layering),
                (ImageOption.StripeUnit, 65536),
                (ImageOption.StripeCount, 4)),
            CancellationToken.None);

        await using Image clone = await fixture.Pool.OpenAsync("clone");
        Assert.Equal((23, 23), (order, clone.Order));
        Assert.Equal((65536ul, 4ul), (clone.StripeUnit, clone.StripeCount));
        Assert.Equal(ImageFeatures.Layering | ImageFeatures.StripingV2, clone.Features);
        await CloneFixture.ExpectAsync(fixture.AtSnapshot, clone);
    }

    [Theory]
    [InlineData(null, null, Errno.EINVAL)]
    [InlineData(1ul, null, Errno.EINVAL)]
    [InlineData(0ul, null, Errno.EINVAL)]
    [InlineData(2ul, null, Errno.None)]
    [InlineData(7ul, null, Errno.None)]
    [InlineData(null, "2", Errno.None)]
    [InlineData(null, "1", Errno.EINVAL)]
    [InlineData(null, "auto", Errno.EINVAL)]
    [InlineData(1ul, "2", Errno.EINVAL)]
    public async Task Clone_of_an_unprotected_snapshot_takes_format_2(ulong? option, string? setting, Errno expected)
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(protects: false);
        var options = new ImageOptions();
        if (option is { } format)
            options.Set(ImageOption.CloneFormat, format);
        if (setting is not null)
            await PoolMetadata.Of(fixture.Io).SetAsync("conf_rbd_default_clone_format", setting, CancellationToken.None);

        Errno errno = Errno.None;
        try
        {
            await ImageClone.CloneAsync(fixture.Io, "parent", "snap", fixture.Io, "clone", options, CancellationToken.None);
        }
        catch (StorageException error)
        {
            errno = error.Errno;
        }

        Assert.Equal(expected, errno);
        Assert.Equal(expected == Errno.None ? ["clone", "parent"] : ["parent"], await fixture.Pool.ListAsync());
    }

    [Theory]
    [InlineData(1ul, 0ul, 0ul)]
    [InlineData(2ul, 1ul, 2ul)]
    public async Task Clone_of_format_2_shows_in_the_operation_features(ulong format, ulong ofParent, ulong ofClone)
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();

        await using Image clone = await fixture.CloneAndOpenAsync("clone", format);

        await using Image parent = await fixture.Pool.OpenAsync("parent");
        Assert.Equal((ofParent, ofClone), (parent.OpFeatures, clone.OpFeatures));
        Assert.Equal(ofParent != 0, (parent.Features & ImageFeatures.Operations) != 0);
        Assert.Equal(ofClone != 0, (clone.Features & ImageFeatures.Operations) != 0);
        await clone.CloseAsync();
        await fixture.Pool.RemoveAsync("clone");
        await parent.RefreshAsync(CancellationToken.None);
        Assert.Equal((0ul, 0ul), (parent.OpFeatures, parent.Features & ImageFeatures.Operations));
    }

    [Fact]
    public async Task Clone_of_what_is_missing_is_ENOENT()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();

        await Refused.WithAsync(Errno.ENOENT, () => fixture.CloneAsync(parent: "none"));
        await Refused.WithAsync(Errno.ENOENT, () => fixture.CloneAsync(snapshot: "none"));
        await Refused.WithAsync(Errno.ENOENT, () => fixture.CloneAsync(to: fixture.Pool.InNamespace("none")));
        await Refused.WithAsync(
            Errno.ENOENT,
            () => ImageClone.CloneAsync(fixture.Io, "parent", 4711, fixture.Io, "clone", new ImageOptions(), CancellationToken.None));
        await Refused.WithAsync(
            Errno.ENOENT,
            () => ImageClone.CloneAsync(fixture.Io, "parent", "snap", fixture.Io, "clone", WithDataPool("none"), CancellationToken.None));
        Assert.Equal(["parent"], await fixture.Pool.ListAsync());
        Assert.Equal(2, (await fixture.Pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Clone_onto_a_taken_name_is_EEXIST_also_its_own_parents()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        await fixture.Pool.Volumes.CreateAsync(new VolumePath(fixture.Io.Pool.Directory, "found", "admin"), 10, CancellationToken.None);

        foreach (string taken in (string[])["clone", "parent", "found"])
            await Refused.WithAsync(Errno.EEXIST, () => fixture.CloneAsync(taken));
    }

    [Theory]
    [InlineData(ImageOption.Features, 61ul & ~1ul, Errno.ENOSYS)]
    [InlineData(ImageOption.FeaturesClear, 1ul, Errno.ENOSYS)]
    [InlineData(ImageOption.Features, 1ul << 40, Errno.ENOSYS)]
    [InlineData(ImageOption.Order, 11ul, Errno.EDOM)]
    [InlineData(ImageOption.StripeUnit, 4096ul, Errno.EINVAL)]
    [InlineData(ImageOption.Format, 1ul, Errno.EINVAL)]
    [InlineData(ImageOption.Flatten, 1ul, Errno.EINVAL)]
    public async Task Clone_with_an_impossible_option_is_refused(ImageOption option, ulong value, Errno expected)
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        ImageOptions options = CloneFixture.Format(1, (option, value));

        await Refused.WithAsync(
            expected,
            () => ImageClone.CloneAsync(fixture.Io, "parent", "snap", fixture.Io, "clone", options, CancellationToken.None));
    }

    [Fact]
    public async Task Clone_of_an_image_without_layering_is_ENOSYS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        var options = new ImageOptions();
        options.Set(ImageOption.Features, 0);
        await using (Image parent = await pool.CreateAndOpenAsync(100, options, "parent"))
            await CloneFixture.SnapAsync(parent, "snap");

        await Refused.WithAsync(
            Errno.ENOSYS,
            () => ImageClone.CloneAsync(pool.Io, "parent", "snap", pool.Io, "clone", CloneFixture.Format(2), CancellationToken.None));
    }

    [Fact]
    public async Task Clone_goes_to_another_pool_namespace_and_data_pool()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await fixture.Pool.CreatePoolAsync("data");
        await RbdNamespaces.CreateAsync(other, "ns", CancellationToken.None);
        IoContext inside = other.Clone();
        inside.Namespace = "ns";

        await ImageClone.CloneAsync(fixture.Io, "parent", "snap", inside, "clone", WithDataPool("data"), CancellationToken.None);

        await fixture.ExpectAsync(fixture.AtSnapshot, "clone", io: inside);
        await using Image clone = await Image.OpenAsync(inside, "clone", null, readOnly: false, CancellationToken.None);
        ImageParent? parent = await clone.GetParentAsync(CancellationToken.None);
        Assert.Equal((fixture.Io.Pool.Id, "pool", "", "parent"), (parent!.PoolId, parent.PoolName, parent.Namespace, parent.ImageName));
        Assert.Empty(await fixture.Pool.Volumes.ListAsync(other.Pool.Directory, CancellationToken.None));
    }

    [Fact]
    public async Task Parents_in_a_namespace_have_clones_outside()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await RbdNamespaces.CreateAsync(fixture.Io, "ns", CancellationToken.None);
        IoContext inside = fixture.Pool.InNamespace("ns");
        await fixture.CloneAsync("middle", to: inside);
        await using Image middle = await Image.OpenAsync(inside, "middle", null, readOnly: false, CancellationToken.None);
        await CloneFixture.SnapAsync(middle, "snap");

        await ImageClone.CloneAsync(inside, "middle", "snap", fixture.Io, "clone", CloneFixture.Format(2), CancellationToken.None);

        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        Assert.Equal("ns", (await fixture.GetParentAsync("clone"))!.Namespace);
    }

    [Fact]
    public async Task Shrunk_clone_shows_nothing_of_the_parent_when_it_grows_again()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();

        await clone.ResizeAsync(70_001, allowShrink: true, null, CancellationToken.None);
        Assert.Equal(70_001ul, clone.Overlap);
        await clone.ResizeAsync(CloneFixture.Size * 2, allowShrink: false, null, CancellationToken.None);

        Assert.Equal(70_001ul, clone.Overlap);
        byte[] expected = new byte[CloneFixture.Size * 2];
        fixture.AtSnapshot.AsSpan(0, 70_001).CopyTo(expected);
        await CloneFixture.ExpectAsync(expected, clone);
        await fixture.ExpectAsync(expected, "clone");
        await fixture.WriteAsync(clone, expected, 69_000, 3000);
        await fixture.WriteAsync(clone, expected, CloneFixture.Size - 10, 100);
        await CloneFixture.ExpectAsync(expected, clone);
    }

    [Fact]
    public async Task Clone_of_a_shrunk_clone_sees_what_it_saw()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await clone.ResizeAsync(70_001, allowShrink: true, null, CancellationToken.None);
        await clone.ResizeAsync(200_000, allowShrink: false, null, CancellationToken.None);
        await CloneFixture.SnapAsync(clone, "snap");

        await fixture.CloneAsync("second", 2, "clone");

        byte[] expected = new byte[200_000];
        fixture.AtSnapshot.AsSpan(0, 70_001).CopyTo(expected);
        await fixture.ExpectAsync(expected, "second");
    }

    [Fact]
    public async Task Clone_has_snapshots_and_rolls_back_to_them()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await CloneFixture.SnapAsync(clone, "empty");
        var model = (byte[])fixture.AtSnapshot.Clone();
        await fixture.WriteAsync(clone, model, 100, 200_000);
        await CloneFixture.SnapAsync(clone, "written");
        await clone.ResizeAsync(5, allowShrink: true, null, CancellationToken.None);

        await clone.Snapshots.RollbackAsync("written", null, CancellationToken.None);
        await CloneFixture.ExpectAsync(model, clone);
        Assert.Equal((ulong)CloneFixture.Size, clone.Overlap);
        await clone.Snapshots.RollbackAsync("empty", null, CancellationToken.None);

        await CloneFixture.ExpectAsync(fixture.AtSnapshot, clone);
        await fixture.ExpectAsync(model, "clone", "written");
    }

    [Fact]
    public async Task Clone_between_users_opens_the_parents_volumes_with_their_owner()
    {
        var owners = new OwnedVolumes(new Store.InMemory.MemoryVolumes(TestPool.ByteLimits));
        TestPool pool = await TestPool.CreateAsync(owners, new Store.InMemory.MemoryRecords());
        await using CloneFixture fixture = await CloneFixture.CreateAsync(pool);
        IoContext other = await pool.ConnectAnotherAsync(owners, pool.Records, "other");

        await ImageClone.CloneAsync(other, "parent", "snap", other, "clone", new ImageOptions(), CancellationToken.None);

        await fixture.ExpectAsync(fixture.AtSnapshot, "clone", io: other);
        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        Assert.Equal(["admin", "other"], owners.Owners);
    }

    [Fact]
    public async Task Clone_into_a_pool_of_another_user_is_EPERM_and_leaves_nothing()
    {
        var owners = new OwnedVolumes(new Store.InMemory.MemoryVolumes(TestPool.ByteLimits));
        TestPool pool = await TestPool.CreateAsync(owners, new Store.InMemory.MemoryRecords());
        await using CloneFixture fixture = await CloneFixture.CreateAsync(pool);
        IoContext other = await pool.ConnectAnotherAsync(owners, pool.Records, "other");
        owners.OnlyMaker = "admin";

        StorageException error = await Assert.ThrowsAsync<StorageException>(
            () => ImageClone.CloneAsync(other, "parent", "snap", other, "clone", new ImageOptions(), CancellationToken.None));

        Assert.Equal(Errno.EPERM, error.Errno);
        Assert.Contains("belongs to admin", error.Message, StringComparison.Ordinal);
        Assert.Equal(["parent"], (await ImageDirectory.ListAsync(other, CancellationToken.None)).Select(entry => entry.Name.ToString()));
    }

    [Fact]
    public async Task Clone_on_too_many_layers_is_EMLINK()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        (string Name, string Snapshot) above = ("parent", "snap");
        for (int i = 0; i < 8; i++)
        {
            await using Image clone = await fixture.CloneAndOpenAsync($"clone-{i}", 2, above.Name, above.Snapshot);
            above = ($"clone-{i}", await SnapOftenAsync(clone));
        }

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.CloneAsync("last", 2, above.Name, above.Snapshot));

        Assert.Equal(Errno.EMLINK, error.Errno);
        Assert.Contains("flatten", error.Message, StringComparison.Ordinal);
        await using Image deepest = await fixture.Pool.OpenAsync(above.Name);
        var read = new byte[1000];
        await deepest.ReadAsync(1000, read);
        Assert.Equal(fixture.AtSnapshot[1000..2000], read);

        static async Task<string> SnapOftenAsync(Image image)
        {
            const int Snapshots = 26;
            for (int i = 0; i < Snapshots; i++)
            {
                await image.WriteAsync(0, new byte[] { (byte)i });
                await CloneFixture.SnapAsync(image, $"snap-{i}");
            }

            return $"snap-{Snapshots - 1}";
        }
    }

    [Fact]
    public async Task Clone_while_the_snapshot_is_being_removed_is_whole_or_refused()
    {
        for (int round = 0; round < 20; round++)
        {
            await using CloneFixture fixture = await CloneFixture.CreateAsync(protects: false);
            await using Image parent = await fixture.Pool.OpenAsync("parent");

            Task removing = Task.Run(() => CloneFixture.RemoveSnapAsync(parent, "snap"), CancellationToken.None);
            Exception? refusal = await Xunit.Record.ExceptionAsync(() => fixture.CloneAsync("clone", 2));
            await removing;

            if (refusal is null)
                await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
            else
                Assert.Equal(Errno.ENOENT, Assert.IsType<StorageException>(refusal).Errno);
            Assert.Equal(refusal is null ? 1 : 0, (await fixture.ListSnapsAsync("parent")).Count);
        }
    }

    [Fact]
    public async Task Clone_whose_parent_was_deleted_by_hand_says_so()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CloneAsync();
        ImageParent? parent = await fixture.GetParentAsync("clone");
        await fixture.Pool.Images.DeleteRangeAsync(fixture.Pool.Images.Keys.Image(parent!.ImageId), CancellationToken.None);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => fixture.Pool.OpenAsync("clone"));

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains("clone", error.Message, StringComparison.Ordinal);
        Assert.Contains(parent.ImageId, error.Message, StringComparison.Ordinal);
        await fixture.Pool.RemoveAsync("clone");
    }

    [Fact]
    public async Task Clone_on_the_embedded_store_reads_and_writes()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(await TestPool.CreateLocalAsync());
        await using Image clone = await fixture.CloneAndOpenAsync();
        var model = (byte[])fixture.AtSnapshot.Clone();

        await fixture.WriteAsync(clone, model, 60_000, 100_000);

        await CloneFixture.ExpectAsync(model, clone);
        await fixture.ExpectAsync(fixture.AtSnapshot, "parent", "snap");
    }

    private static ImageOptions WithDataPool(string name)
    {
        ImageOptions options = CloneFixture.Format(1);
        options.Set(ImageOption.DataPool, (ByteName)name);
        return options;
    }
}
