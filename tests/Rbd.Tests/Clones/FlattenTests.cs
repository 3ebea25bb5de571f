using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class FlattenTests
{
    [Theory]
    [InlineData(1ul, false)]
    [InlineData(2ul, false)]
    [InlineData(1ul, true)]
    public async Task Flatten_keeps_the_content_and_frees_the_parent(ulong format, bool isCurve)
    {
        await using CloneFixture fixture =
            await CloneFixture.CreateOnAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image clone = await fixture.CloneAndOpenAsync("clone", format);
        var model = (byte[])fixture.AtSnapshot.Clone();
        await fixture.WriteAsync(clone, model, 120_000, 100_000);

        await clone.FlattenAsync(null, CancellationToken.None);

        Assert.Null(await clone.GetParentAsync(CancellationToken.None));
        Assert.Equal((0ul, 0ul), (clone.Overlap, clone.OpFeatures));
        await CloneFixture.ExpectAsync(model, clone);
        await RemoveParentAsync(fixture);
        await CloneFixture.ExpectAsync(model, clone);
        await fixture.WriteAsync(clone, model, 0, CloneFixture.Size);
        await CloneFixture.ExpectAsync(model, clone);
        await fixture.ExpectAsync(model, "clone");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flatten_ends_with_one_plain_volume_of_the_clones_name(bool isCurve)
    {
        await using CloneFixture fixture =
            await CloneFixture.CreateOnAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        var model = (byte[])fixture.AtSnapshot.Clone();
        await using (Image clone = await fixture.CloneAndOpenAsync())
        {
            await fixture.WriteAsync(clone, model, 120_000, 100_000);
            await clone.ResizeAsync(CloneFixture.Size * 2, allowShrink: false, null, CancellationToken.None);
            Array.Resize(ref model, CloneFixture.Size * 2);
            await fixture.WriteAsync(clone, model, CloneFixture.Size + 70_000, 10_000);

            await clone.FlattenAsync(null, CancellationToken.None);

            await CloneFixture.ExpectAsync(model, clone);
            await clone.ResizeAsync(CloneFixture.Size * 3, allowShrink: false, null, CancellationToken.None);
            Array.Resize(ref model, CloneFixture.Size * 3);
            await CloneFixture.ExpectAsync(model, clone);
        }

        await RemoveParentAsync(fixture);
        Assert.Equal(["clone"], await fixture.Pool.ListVolumesAsync());
        IVolume volume = await fixture.Pool.Volumes.OpenAsync(
            new VolumePath(fixture.Io.Pool.Directory, "clone", "admin"), readOnly: true, CancellationToken.None);
        var read = new byte[(model.Length + 4095) & ~4095];
        await volume.ReadAsync(0, read.AsMemory(0, isCurve ? read.Length : model.Length));
        Assert.Equal(model, read[..model.Length]);
        await volume.DisposeAsync();
        await fixture.ExpectAsync(model, "clone");
    }

    [Fact]
    public async Task Flattened_clone_whose_name_is_taken_by_a_volume_in_the_trash_stays_away()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using (await fixture.Pool.CreateAndOpenAsync(10, name: "clone"))
            await ImageTrash.MoveAsync(fixture.Io, "clone", TrashSource.User, TimeSpan.Zero, CancellationToken.None);
        await using (Image clone = await fixture.CloneAndOpenAsync())
            await clone.FlattenAsync(null, CancellationToken.None);

        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        Assert.Contains(await fixture.Pool.ListVolumesAsync(), volume => volume == "clone");
        await ImageTrash.PurgeAsync(fixture.Io, DateTimeOffset.MaxValue, -1, null, CancellationToken.None);
        await (await fixture.Pool.OpenAsync("clone")).CloseAsync();

        await fixture.ExpectAsync(fixture.AtSnapshot, "clone");
        Assert.Equal("clone", (await fixture.Pool.ListVolumesAsync()).Single(volume => !volume.StartsWith('%') && volume != "parent"));
    }

    [Fact]
    public async Task Flatten_detaches_the_clones_snapshots_too()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await CloneFixture.SnapAsync(clone, "whole");
        await clone.ResizeAsync(100_000, allowShrink: true, null, CancellationToken.None);
        byte[] model = fixture.AtSnapshot[..100_000];
        await fixture.WriteAsync(clone, model, 90_000, 5000);
        await CloneFixture.SnapAsync(clone, "short");

        await clone.FlattenAsync(null, CancellationToken.None);

        await RemoveParentAsync(fixture);
        await CloneFixture.ExpectAsync(model, clone);
        await fixture.ExpectAsync(model, "clone", "short");
        await fixture.ExpectAsync(fixture.AtSnapshot, "clone", "whole");
        await clone.Snapshots.RollbackAsync("whole", null, CancellationToken.None);
        await CloneFixture.ExpectAsync(fixture.AtSnapshot, clone);
        await clone.SetSnapshotAsync("short", CancellationToken.None);
        Assert.Null(await clone.GetParentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Flatten_lets_clones_of_the_clone_read_on()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image middle = await fixture.CloneAndOpenAsync("middle");
        var model = (byte[])fixture.AtSnapshot.Clone();
        await fixture.WriteAsync(middle, model, 10, 100_000);
        await CloneFixture.SnapAsync(middle, "snap");
        await using Image last = await fixture.CloneAndOpenAsync("last", 2, "middle");

        await middle.FlattenAsync(null, CancellationToken.None);

        await RemoveParentAsync(fixture);
        await CloneFixture.ExpectAsync(model, last);
        await fixture.ExpectAsync(model, "last");
        await last.FlattenAsync(null, CancellationToken.None);
        await CloneFixture.ExpectAsync(model, last);
        Assert.Empty(await middle.ListChildrenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Flatten_without_a_parent_is_EINVAL_also_the_second_time()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await using Image clone = await fixture.CloneAndOpenAsync();
        await clone.FlattenAsync(null, CancellationToken.None);

        await Refused.WithAsync(Errno.EINVAL, () => clone.FlattenAsync(null, CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => parent.FlattenAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task Flatten_read_only_or_at_a_snapshot_is_EROFS()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await CloneFixture.SnapAsync(clone, "snap");
        await using Image readOnly = await fixture.Pool.OpenAsync("clone", readOnly: true);
        await clone.SetSnapshotAsync("snap", CancellationToken.None);

        await Refused.WithAsync(Errno.EROFS, () => readOnly.FlattenAsync(null, CancellationToken.None));
        await Refused.WithAsync(Errno.EROFS, () => clone.FlattenAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task Flatten_twice_at_once_is_done_once()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        IoContext other = await fixture.Pool.ConnectAnotherAsync();
        await using Image again = await Image.OpenAsync(other, "clone", null, readOnly: false, CancellationToken.None);

        Task[] both = [clone.FlattenAsync(null, CancellationToken.None), again.FlattenAsync(null, CancellationToken.None)];
        await Xunit.Record.ExceptionAsync(() => Task.WhenAll(both));

        Task failed = Assert.Single(both, flatten => flatten.IsFaulted);
        Assert.Equal(Errno.EINVAL, Assert.IsType<StorageException>(failed.Exception!.InnerException).Errno);
        await CloneFixture.ExpectAsync(fixture.AtSnapshot, again);
    }

    [Fact]
    public async Task Flatten_goes_on_from_the_recorded_watermark_after_an_abort()
    {
        const ulong Large = 1ul << 30;
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image parent = await pool.CreateAndOpenAsync(Large, name: "parent");
        for (ulong offset = 0; offset < Large; offset += 64ul << 20)
            await parent.WriteAsync(offset, BitConverter.GetBytes(offset + 1));
        await CloneFixture.SnapAsync(parent, "snap");
        await ImageClone.CloneAsync(pool.Io, "parent", "snap", pool.Io, "clone", CloneFixture.Format(2), CancellationToken.None);
        await using Image clone = await pool.OpenAsync("clone");

        CallbackAbortedException error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => clone.FlattenAsync((done, total) => done > total / 2 ? -77 : 0, CancellationToken.None));

        Assert.Equal(-77, error.Code);
        Assert.NotNull(await clone.GetParentAsync(CancellationToken.None));
        await ExpectMarksAsync(clone);
        LayerRecord plain = await GetBottomAsync(pool, clone.Id);
        Assert.Equal((LayerKind.Plain, 512ul << 20), (plain.Kind, plain.Filled));
        var starts = new List<ulong>();
        await clone.FlattenAsync(Note, CancellationToken.None);
        Assert.True(starts[1] >= 128, "what had been copied is not copied again");
        Assert.Equal(256ul, starts[^1]);
        await ExpectMarksAsync(clone);
        Assert.Null((await GetBottomAsync(pool, clone.Id)).Filled);

        int Note(ulong done, ulong total)
        {
            Assert.Equal(256ul, total);
            starts.Add(done);
            return 0;
        }

        static async Task ExpectMarksAsync(Image image)
        {
            for (ulong offset = 0; offset < Large; offset += 64ul << 20)
            {
                var read = new byte[8];
                await image.ReadAsync(offset, read);
                Assert.Equal(offset + 1, BitConverter.ToUInt64(read));
            }
        }
    }

    [Fact]
    public async Task Flatten_that_was_aborted_survives_writes_shrinking_and_snapshots()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        var model = (byte[])fixture.AtSnapshot.Clone();
        await fixture.WriteAsync(clone, model, 0, 10);
        await Assert.ThrowsAsync<CallbackAbortedException>(() => clone.FlattenAsync((_, _) => -1, CancellationToken.None));
        await CloneFixture.SnapAsync(clone, "snap");
        byte[] atSnapshot = model;
        await clone.ResizeAsync(150_000, allowShrink: true, null, CancellationToken.None);
        await clone.ResizeAsync(160_000, allowShrink: false, null, CancellationToken.None);
        model = [.. model[..150_000], .. new byte[10_000]];
        await fixture.WriteAsync(clone, model, 20_000, 50_000);
        await CloneFixture.ExpectAsync(model, clone);

        await clone.FlattenAsync(null, CancellationToken.None);

        await RemoveParentAsync(fixture);
        await CloneFixture.ExpectAsync(model, clone);
        await fixture.ExpectAsync(atSnapshot, "clone", "snap");
    }

    [Fact]
    public async Task Flatten_beside_writers_in_other_processes_loses_nothing()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        IoContext other = await fixture.Pool.ConnectAnotherAsync();
        await using Image flattening = await Image.OpenAsync(other, "clone", null, readOnly: false, CancellationToken.None);
        var model = (byte[])fixture.AtSnapshot.Clone();
        bool isOver = false;
        Task writing = Task.Run(WriteAsync, CancellationToken.None);

        await flattening.FlattenAsync(null, CancellationToken.None);
        Volatile.Write(ref isOver, true);
        await writing;

        await CloneFixture.ExpectAsync(model, clone);
        await clone.FlushAsync();
        await fixture.ExpectAsync(model, "clone");

        async Task WriteAsync()
        {
            for (int i = 0; !Volatile.Read(ref isOver) || i < 100; i++)
                await fixture.WriteAsync(clone, model, i * 7919 % (CloneFixture.Size - 3000), 3000);
        }
    }

    [Fact]
    public async Task Flatten_of_a_clone_shrunk_to_nothing()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await clone.ResizeAsync(0, allowShrink: true, null, CancellationToken.None);
        await clone.ResizeAsync(5000, allowShrink: false, null, CancellationToken.None);

        await clone.FlattenAsync(null, CancellationToken.None);

        await CloneFixture.ExpectAsync(new byte[5000], clone);
    }

    [Fact]
    public async Task Flatten_of_the_last_clone_ends_its_trashed_snapshot()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(protects: false);
        await using Image clone = await fixture.CloneAndOpenAsync("clone", 2);
        await using Image parent = await fixture.Pool.OpenAsync("parent");
        await CloneFixture.RemoveSnapAsync(parent, "snap");
        Assert.Single(await parent.Snapshots.ListAsync(CancellationToken.None));

        await clone.FlattenAsync(null, CancellationToken.None);

        Assert.Empty(await fixture.ListSnapsAsync("parent"));
        await CloneFixture.ExpectAsync(fixture.AtSnapshot, clone);
    }

    [Fact]
    public async Task Flatten_on_the_embedded_store()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync(await TestPool.CreateLocalAsync());
        await using Image clone = await fixture.CloneAndOpenAsync();
        var model = (byte[])fixture.AtSnapshot.Clone();
        await fixture.WriteAsync(clone, model, 60_000, 100_000);

        await clone.FlattenAsync(null, CancellationToken.None);

        await RemoveParentAsync(fixture);
        await CloneFixture.ExpectAsync(model, clone);
    }

    private static async Task RemoveParentAsync(CloneFixture fixture)
    {
        await using (Image parent = await fixture.Pool.OpenAsync("parent"))
            await CloneFixture.RemoveSnapAsync(parent, "snap", SnapshotRemoveFlags.Unprotect);
        await fixture.Pool.RemoveAsync("parent");
    }

    private static async Task<LayerRecord> GetBottomAsync(TestPool pool, string id)
    {
        IReadOnlyList<Stored<LayerRecord>> layers = await pool.Images.RangeAsync(
            pool.Images.Keys.Layers(id), RbdJsonContext.Default.LayerRecord, CancellationToken.None);
        return layers.Single(layer => layer.Value.Below is null).Value;
    }
}
