using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

public sealed class CloneCopyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_of_a_clone_is_an_image_of_its_own(bool isCurve)
    {
        await using CloneFixture fixture = await CloneFixture.CreateOnAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await fixture.CreateWrittenCloneAsync();
        IoContext other = await fixture.Pool.CreatePoolAsync("other");
        await using Image clone = await fixture.Pool.OpenAsync("clone", readOnly: true);

        await ImageCopy.CopyAsync(clone, other, "copy", new ImageOptions(), 0, null, CancellationToken.None);

        await fixture.ExpectAsync(fixture.Expected, "copy", io: other);
        await using Image copy = await Image.OpenAsync(other, "copy", null, readOnly: false, CancellationToken.None);
        Assert.Null(await copy.GetParentAsync(CancellationToken.None));
        Assert.Empty(await copy.Snapshots.ListAsync(CancellationToken.None));
        Assert.Equal(clone.Features & ~ImageFeatures.Operations, copy.Features);
    }

    [Fact]
    public async Task Copy_at_a_snapshot_of_a_clone_copies_that()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CreateWrittenCloneAsync();
        await using Image clone = await fixture.Pool.OpenAsync("clone");
        await clone.ResizeAsync(100, allowShrink: true, null, CancellationToken.None);
        await clone.SetSnapshotAsync("before", CancellationToken.None);

        await ImageCopy.CopyAsync(clone, fixture.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);

        await fixture.ExpectAsync(fixture.AtSnapshot, "copy");
    }

    [Fact]
    public async Task Copy_of_a_half_flattened_clone_is_whole()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await fixture.CreateWrittenCloneAsync();
        await using Image clone = await fixture.Pool.OpenAsync("clone");
        await Assert.ThrowsAsync<CallbackAbortedException>(() => clone.FlattenAsync((_, _) => -1, CancellationToken.None));

        await ImageCopy.CopyAsync(clone, fixture.Io, "copy", new ImageOptions(), 0, null, CancellationToken.None);

        await fixture.ExpectAsync(fixture.Expected, "copy");
    }

    [Fact]
    public async Task Copy_over_a_clone_hides_what_its_parent_shows()
    {
        await using CloneFixture fixture = await CloneFixture.CreateAsync();
        await using Image clone = await fixture.CloneAndOpenAsync();
        await using Image source = await fixture.Pool.CreateAndOpenAsync(CloneFixture.Size, name: "source");
        var model = new byte[CloneFixture.Size];
        await fixture.WriteAsync(source, model, 70_000, 10);

        await ImageCopy.CopyAsync(source, clone, 0, null, CancellationToken.None);

        await CloneFixture.ExpectAsync(model, clone);
    }
}
