using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class MigrationTests
{
    /// <summary>Whether to the other pool; the destination's name; whether the store is as CurveBS.</summary>
    public static TheoryData<bool, string, bool> Ways => new()
    {
        { true, "destination", false },
        { true, "source", false },
        { false, "destination", false },
        { false, "source", false },
        { true, "destination", true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Commit_after_writes_in_between_keeps_all_of_it(bool isOther, string name, bool isCurve)
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync(isCurve ? TestPool.CurveLimits : null);
        IoContext io = isOther ? fixture.Other : fixture.Io;

        await fixture.PrepareAsync(io, name);
        await fixture.ExpectAsync(io, name);
        await using (Image image = await fixture.OpenAsync(io, name))
        {
            await fixture.WriteAsync(image, 4);
            await fixture.SnapAsync(image, "three");
            await fixture.WriteAsync(image, 2);
            await fixture.ExecuteAsync(io, name);
            await fixture.WriteAsync(image, 4);
            await fixture.ExpectAsync(io, name);
            await fixture.ExpectConsistentAsync();
            await fixture.CommitAsync(io, name);
            await fixture.WriteAsync(image, 2);
            await fixture.ExpectAsync(io, name);
        }

        await fixture.ExpectConsistentAsync();
        await fixture.ExpectAsync(io, name);
        Assert.Empty(await ImageTrash.ListAsync(fixture.Io, CancellationToken.None));
        Assert.Equal(isOther ? 0 : 1, (await fixture.Pool.ListAsync()).Count());
        await fixture.ExpectNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Abort_brings_the_source_back_as_it_was(bool isOther, string name, bool isCurve)
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync(isCurve ? TestPool.CurveLimits : null);
        IoContext io = isOther ? fixture.Other : fixture.Io;
        Action forget = fixture.Remember();
        await fixture.PrepareAsync(io, name);
        await using (Image image = await fixture.OpenAsync(io, name))
        {
            await fixture.WriteAsync(image, 4);
            await fixture.SnapAsync(image, "three");
            await image.Snapshots.RemoveAsync("one", SnapshotRemoveFlags.None, null, CancellationToken.None);
            await fixture.ExecuteAsync(io, name);
        }

        await fixture.ExpectConsistentAsync();

        await fixture.AbortAsync(io, name);

        forget();
        Assert.Equal(["source"], await fixture.Pool.ListAsync());
        await fixture.ExpectAsync(fixture.Io, "source");
        Assert.Empty(await ImageTrash.ListAsync(fixture.Io, CancellationToken.None));
        await fixture.ExpectConsistentAsync();
        await using (Image image = await fixture.OpenAsync(fixture.Io, "source"))
        {
            Assert.Equal(0ul, image.Features & ImageFeatures.Migrating);
            await fixture.WriteAsync(image, 2);
        }

        await fixture.ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task Status_tells_each_state_by_either_name()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();

        await fixture.PrepareAsync();
        MigrationStatus prepared = await fixture.StatusAsync();
        MigrationStatus bySource = await fixture.StatusAsync(fixture.Io, "source");
        var seen = new List<(MigrationState State, string Description)>();
        await fixture.ExecuteAsync(progress: (_, _) =>
        {
            MigrationStatus now = fixture.StatusAsync().GetAwaiter().GetResult();
            seen.Add((now.State, now.StateDescription));
            return 0;
        });
        MigrationStatus executed = await fixture.StatusAsync();

        Assert.Equal(MigrationState.Prepared, prepared.State);
        Assert.Equal(prepared, bySource);
        Assert.Equal(("source", fixture.Io.Pool.Id), (prepared.SourceName.ToString(), prepared.SourcePoolId));
        Assert.Equal(("destination", fixture.Other.Pool.Id), (prepared.DestinationName.ToString(), prepared.DestinationPoolId));
        Assert.NotEqual(prepared.SourceId, prepared.DestinationId);
        Assert.Contains(seen, state => state.State == MigrationState.Executing && state.Description.EndsWith("% complete", StringComparison.Ordinal));
        Assert.Equal((MigrationState.Executed, ""), (executed.State, executed.StateDescription));
        await Refused.WithAsync(Errno.EINVAL, () => fixture.ExecuteAsync());
    }

    [Fact]
    public async Task Refusals_without_a_migration_and_in_the_wrong_state()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();

        await Refused.WithAsync(Errno.EINVAL, () => fixture.StatusAsync(fixture.Io, "source"));
        await Refused.WithAsync(Errno.EINVAL, () => fixture.AbortAsync(fixture.Io, "source"));
        await Refused.WithAsync(Errno.ENOENT, () => fixture.StatusAsync(fixture.Io, "nothing"));
        await using (await fixture.OpenAsync(fixture.Io, "source"))
            await Refused.WithAsync(Errno.EBUSY, () => fixture.PrepareAsync());
        await ImageDirectory.CreateAsync(fixture.Other, "taken", 1, new ImageOptions(), CancellationToken.None);
        await Refused.WithAsync(Errno.EEXIST, () => fixture.PrepareAsync(name: "taken"));
        await fixture.ExpectAsync(fixture.Io, "source");
        await fixture.PrepareAsync();
        await Refused.WithAsync(Errno.EINVAL, () => fixture.CommitAsync());
        await Refused.WithAsync(Errno.EBUSY, () => ImageMigration.PrepareAsync(
            fixture.Other, "destination", fixture.Io, "again", new ImageOptions(), CancellationToken.None));
        await using (await fixture.OpenAsync())
            await Refused.WithAsync(Errno.EBUSY, () => fixture.AbortAsync());
    }

    [Fact]
    public async Task Neither_image_can_be_removed_renamed_away_or_written_to_behind_the_migration()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await fixture.PrepareAsync();
        TrashEntry trashed = Assert.Single(await ImageTrash.ListAsync(fixture.Io, CancellationToken.None));

        await Refused.WithAsync(Errno.EBUSY, () => ImageTrash.RemoveAsync(fixture.Io, trashed.Id, force: true, null, CancellationToken.None));
        await Refused.WithAsync(Errno.EINVAL, () => ImageTrash.RestoreAsync(fixture.Io, trashed.Id, "back", CancellationToken.None));
        await ImageTrash.PurgeAsync(fixture.Io, DateTimeOffset.MaxValue, -1, null, CancellationToken.None);
        await Refused.WithAsync(Errno.EROFS, () => Image.OpenByIdAsync(fixture.Io, trashed.Id, null, readOnly: false, CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => ImageDirectory.RemoveAsync(fixture.Other, "destination", null, CancellationToken.None));
        await Refused.WithAsync(Errno.EBUSY, () => ImageTrash.MoveAsync(
            fixture.Other, "destination", TrashSource.User, TimeSpan.Zero, CancellationToken.None));

        Assert.Equal(TrashSource.Migration, trashed.Source);
        await using (Image source = await Image.OpenByIdAsync(fixture.Io, trashed.Id, null, readOnly: true, CancellationToken.None))
            Assert.NotEqual(0ul, source.Features & ImageFeatures.Migrating);
        await ImageDirectory.RenameAsync(fixture.Other, "destination", "renamed", CancellationToken.None);
        Assert.Equal("renamed", (await fixture.StatusAsync(name: "renamed")).DestinationName.ToString());
        await fixture.ExpectAsync(name: "renamed");
    }

    [Theory]
    [InlineData(1ul, true)]
    [InlineData(2ul, true)]
    [InlineData(1ul, false)]
    [InlineData(2ul, false)]
    public async Task Clones_of_the_source_follow_it_while_they_are_open(ulong format, bool commits)
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await using (Image source = await fixture.OpenAsync(fixture.Io, "source"))
            await source.Snapshots.ProtectAsync("one", CancellationToken.None);
        await ImageClone.CloneAsync(fixture.Io, "source", "one", fixture.Io, "clone", CloneFixture.Format(format), CancellationToken.None);
        await using Image clone = await fixture.OpenAsync(fixture.Io, "clone");

        await fixture.PrepareAsync();
        await using (Image destination = await fixture.OpenAsync())
            Assert.Equal("clone", Assert.Single(await destination.ListChildrenAsync(CancellationToken.None)).Name.ToString());
        Assert.Equal("destination", (await clone.GetParentAsync(CancellationToken.None))?.ImageName.ToString());
        await fixture.ExecuteAsync();
        Assert.Equal(fixture.Snapshots["one"], await MigrationFixture.ReadAsync(clone));
        await (commits ? fixture.CommitAsync() : fixture.AbortAsync());

        Assert.Equal(fixture.Snapshots["one"], await MigrationFixture.ReadAsync(clone));
        await clone.RefreshAsync(CancellationToken.None);
        Assert.Equal(commits ? "destination" : "source", (await clone.GetParentAsync(CancellationToken.None))?.ImageName.ToString());
        await fixture.ExpectConsistentAsync();
    }

    [Fact]
    public async Task Abort_with_a_clone_of_a_new_snapshot_is_refused_until_it_is_gone()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        Action forget = fixture.Remember();
        await fixture.PrepareAsync();
        await using (Image destination = await fixture.OpenAsync())
            await fixture.SnapAsync(destination, "new");
        await ImageClone.CloneAsync(fixture.Other, "destination", "new", fixture.Io, "clone", CloneFixture.Format(2), CancellationToken.None);

        await Refused.WithAsync(Errno.EBUSY, () => fixture.AbortAsync());

        Assert.Equal(MigrationState.Prepared, (await fixture.StatusAsync()).State);
        await fixture.Pool.RemoveAsync("clone");
        await fixture.AbortAsync();
        forget();
        await fixture.ExpectAsync(fixture.Io, "source");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clone_migrates_with_its_link_to_the_parent_or_flattened(bool flattens)
    {
        await using CloneFixture clones = await CloneFixture.CreateAsync();
        await clones.CreateWrittenCloneAsync();
        IoContext other = await clones.Pool.CreatePoolAsync("other");
        var options = new ImageOptions();
        if (flattens)
            options.Set(ImageOption.Flatten, 1);

        await ImageMigration.PrepareAsync(clones.Io, "clone", other, "moved", options, CancellationToken.None);
        await ImageMigration.ExecuteAsync(other, "moved", null, CancellationToken.None);
        await ImageMigration.CommitAsync(other, "moved", null, CancellationToken.None);

        await using Image moved = await Image.OpenAsync(other, "moved", null, readOnly: true, CancellationToken.None);
        Assert.Equal(clones.Expected, await MigrationFixture.ReadAsync(moved));
        Assert.Equal(flattens ? null : "parent", (await moved.GetParentAsync(CancellationToken.None))?.ImageName.ToString());
        await using Image parent = await clones.Pool.OpenAsync("parent");
        Assert.Equal(flattens ? 0 : 1, (await parent.ListChildrenAsync(CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Layout_and_metadata_are_the_sources_but_for_what_was_asked_for()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await using (Image source = await fixture.OpenAsync(fixture.Io, "source"))
            await source.Metadata.SetAsync("key", "value", CancellationToken.None);
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 20);

        await fixture.PrepareAsync(options: options);

        await using Image destination = await fixture.OpenAsync();
        Assert.Equal(20, destination.Order);
        Assert.NotEqual(0ul, destination.Features & ImageFeatures.Migrating);
        Assert.Equal("value", (await destination.Metadata.GetAsync("key", CancellationToken.None)).ToString());
    }

    [Fact]
    public async Task Commit_waits_for_who_still_reads_the_source()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        Image reader = await fixture.OpenAsync(fixture.Io, "source", readOnly: true);
        await fixture.PrepareAsync();
        await fixture.ExecuteAsync();

        await Refused.WithAsync(Errno.EBUSY, () => fixture.CommitAsync());
        byte[] read = await MigrationFixture.ReadAsync(reader);
        await reader.CloseAsync();
        await fixture.CommitAsync();

        Assert.Equal(fixture.Expected, read);
        await fixture.ExpectAsync();
    }

    [Fact]
    public async Task A_shrunk_and_grown_destination_shows_nothing_of_the_source_beyond_the_cut()
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await fixture.PrepareAsync();
        await using (Image destination = await fixture.OpenAsync())
        {
            await destination.ResizeAsync(100_000, allowShrink: true, null, CancellationToken.None);
            await destination.ResizeAsync(MigrationFixture.Size, allowShrink: true, null, CancellationToken.None);
        }

        fixture.Expected.AsSpan(100_000).Clear();
        await fixture.ExecuteAsync();
        await fixture.ExpectAsync();
        await fixture.CommitAsync();
        await fixture.ExpectAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task More_layers_than_one_transaction_holds(bool isOther, bool commits)
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await using (Image source = await fixture.OpenAsync(fixture.Io, "source"))
        {
            for (int i = 0; i < 120; i++)
            {
                await fixture.WriteAsync(source, 1);
                await fixture.SnapAsync(source, $"s{i}");
            }
        }

        IoContext io = isOther ? fixture.Other : fixture.Io;
        await fixture.PrepareAsync(io);
        await fixture.ExecuteAsync(io);
        await (commits ? fixture.CommitAsync(io) : fixture.AbortAsync(io));

        await fixture.ExpectAsync(commits ? io : fixture.Io, commits ? "destination" : "source");
        await fixture.ExpectConsistentAsync();
    }
}
