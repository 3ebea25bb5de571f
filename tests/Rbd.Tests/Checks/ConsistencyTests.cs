using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Records and volumes changed or lost behind our back: each is found, told by its kind, and repaired where nothing is lost by it.</summary>
public sealed class ConsistencyTests : IAsyncLifetime
{
    private TestPool _pool = null!;
    private RecordedImage _image = null!;
    private string _overlay = null!;
    private string _head = null!;

    public async ValueTask InitializeAsync()
    {
        _pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        _image = await RecordedImage.CreateAsync(_pool);
        await _image.WriteAsync(1, 0, 1, 2);
        _overlay = await _image.PushAsync("one");
        await _image.WriteAsync(2, 1, 2);
        _head = await _image.PushAsync("two");
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    [Fact]
    public async Task Sound_image_gives_no_finding()
    {
        Assert.Empty(await CheckAsync(repair: false));
    }

    [Fact]
    public async Task Missing_volume_is_named_with_what_needs_it()
    {
        await _pool.Volumes.DeleteAsync(await PathOfAsync(_overlay), CancellationToken.None);

        CheckFinding finding = await ExpectAsync("missing-volume", CheckSeverity.Damage, isRepairable: false);

        Assert.Contains("the image, snapshot 'two'", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_layer_record_is_found_and_what_lay_below_is_kept()
    {
        await _image.RemoveSnapshotAsync("one");
        await _image.CommitAsync(new RecordTransaction().Delete(_image.Keys.Layer(_image.Id, _overlay)));

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: true);

        Assert.Equal(2, found.Count(finding => finding.Kind == "missing-layer"));
        Assert.Single(found, finding => finding.Kind == "claim-without-layer" && !finding.IsRepairable);
        Assert.Equal(3, (await _pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Layers_in_a_circle_are_found_and_end_no_check()
    {
        LayerGraph graph = await _image.ReadGraphAsync();
        string first = graph.Snapshots[0].Value.Layer;
        await _image.ChangeLayerAsync(first, layer => layer with { Below = _head });

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: false);

        Assert.Contains(found, finding => finding.Kind == "circular-layers");
    }

    [Fact]
    public async Task Overlay_without_its_magic_can_not_be_read()
    {
        await OverwriteAsync(_overlay, 0, new byte[4096]);

        CheckFinding finding = await ExpectAsync("unreadable-volume", CheckSeverity.Damage, isRepairable: false);

        Assert.Contains("magic", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volume_of_another_layer_is_found()
    {
        var header = new byte[4096];
        OverlayHeader.For(RecordedImage.Size, Guid.NewGuid()).Write(header);
        await OverwriteAsync(_overlay, 0, header);

        await ExpectAsync("wrong-volume", CheckSeverity.Damage, isRepairable: false);
    }

    [Theory]
    [InlineData(0u, 1u)] // two entries with one place
    [InlineData(5u, 0x7fffffffu)] // a place far outside
    public async Task Table_with_garbage_is_found(uint cluster, uint entry)
    {
        var block = new byte[4096];
        IVolume volume = await _pool.Volumes.OpenAsync(await PathOfAsync(_overlay), readOnly: true, CancellationToken.None);
        await volume.ReadAsync(OverlayHeader.TableBlockOffset(0), block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan((int)cluster * sizeof(uint)), entry);
        await OverwriteAsync(_overlay, OverlayHeader.TableBlockOffset(0), block);

        CheckFinding finding = await ExpectAsync("unreadable-volume", CheckSeverity.Damage, isRepairable: false);

        Assert.Contains("place", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_claim_is_written_again()
    {
        VolumePath path = await PathOfAsync(_overlay);
        await _image.CommitAsync(new RecordTransaction().Delete(_image.Keys.Claim(path.Name)));

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: true);

        Assert.Contains(found, finding => finding is { Kind: "missing-claim", IsRepaired: true });
        Assert.Empty(await CheckAsync(repair: false));
    }

    [Fact]
    public async Task Claim_of_another_image_is_left_alone()
    {
        VolumePath path = await PathOfAsync(_overlay);
        string key = _image.Keys.Claim(path.Name);
        Stored<VolumeClaim> claim = (await VolumeClaims.FindAsync(_pool.Images, path.Name, CancellationToken.None))!;
        await _image.CommitAsync(new RecordTransaction().PutClaim(key, claim.Value with { ImageId = "other" }));

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: true);

        Assert.Contains(found, finding => finding is { Kind: "foreign-claim", IsRepaired: false });
        Assert.NotNull(await _pool.Volumes.StatAsync(path, CancellationToken.None));
    }

    [Fact]
    public async Task Claim_without_volume_and_layer_is_given_up()
    {
        await _image.CommitAsync(new RecordTransaction().PutClaim(_image.Keys.Claim("lost"), Claim("lost")));

        await ExpectRepairedAsync("claim-without-layer", CheckSeverity.Damage);
    }

    [Fact]
    public async Task Claimed_volume_that_no_layer_uses_is_kept()
    {
        string name = VolumeNames.FromId("lost");
        await _pool.Volumes.CreateAsync(
            new VolumePath(_pool.Io.Pool.Directory, name, "admin"), TestPool.CurveLimits.SizeMin, CancellationToken.None);
        await _image.CommitAsync(new RecordTransaction().PutClaim(_image.Keys.Claim(name), Claim(name)));

        await ExpectAsync("claim-without-layer", CheckSeverity.Damage, isRepairable: false);
        Assert.Contains(name, await _pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Volume_with_a_layers_name_that_no_record_knows_is_kept()
    {
        string name = VolumeNames.FromId("lost");
        await _pool.Volumes.CreateAsync(
            new VolumePath(_pool.Io.Pool.Directory, name, "admin"), TestPool.CurveLimits.SizeMin, CancellationToken.None);

        await ExpectAsync("unknown-volume", CheckSeverity.Damage, isRepairable: false);
    }

    [Fact]
    public async Task Name_that_leads_nowhere_is_given_free()
    {
        await _image.CommitAsync(new RecordTransaction().PutName(_image.Keys.Name(ByteName.Empty, "ghost"), "0123456789ab"));

        await ExpectRepairedAsync("name-without-image", CheckSeverity.Damage);
        Assert.Equal(["image"], await _pool.ListAsync());
    }

    [Fact]
    public async Task Image_that_no_name_leads_to_gets_its_name_back()
    {
        await _image.CommitAsync(new RecordTransaction().Delete(_image.Keys.Name(ByteName.Empty, "image")));

        await ExpectRepairedAsync("image-without-name", CheckSeverity.Damage);
        Assert.Equal(["image"], await _pool.ListAsync());
    }

    [Fact]
    public async Task Name_that_an_image_does_not_know_becomes_its_name()
    {
        await _image.ChangeHeaderAsync(header => header with { Name = "other" });

        await ExpectRepairedAsync("wrong-name", CheckSeverity.Damage);
        Assert.Equal("image", (await _image.ReadGraphAsync()).Header.Value.Name.ToString());
    }

    [Fact]
    public async Task Lost_header_is_told_and_nothing_is_deleted()
    {
        await _image.CommitAsync(new RecordTransaction().Delete(_image.Keys.Header(_image.Id)));

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: true);

        Assert.Contains(found, finding => finding is { Kind: "name-without-image", IsRepaired: true });
        Assert.Contains(await CheckAsync(repair: true), finding => finding is { Kind: "missing-header", IsRepairable: false });
        Assert.Equal(3, (await _pool.ListVolumesAsync()).Count());
    }

    [Fact]
    public async Task Damaged_record_is_told_by_its_key()
    {
        await _image.CommitAsync(new RecordTransaction().Put(_image.Keys.Layer(_image.Id, _overlay), "{"u8.ToArray()));

        IReadOnlyList<CheckFinding> found = await CheckAsync(repair: true);

        Assert.Contains(found, finding => finding.Kind == "damaged-record" && finding.Explanation.Contains(_overlay, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unreferenced_layer_is_dropped()
    {
        string top = await _image.PushAsync();
        await _image.ChangeHeaderAsync(header => header with { HeadLayer = _head });

        await ExpectRepairedAsync("unreferenced-layer", CheckSeverity.Leftover);
        Assert.DoesNotContain(VolumeNames.FromId(top), await _pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Clone_whose_parent_does_not_know_it_is_told_to_it()
    {
        RecordedImage clone = await CreateCloneAsync(snapshotId: 1);

        await ExpectRepairedAsync("missing-child-record", CheckSeverity.Damage);
        Assert.NotNull(await _pool.Records.GetAsync(
            _image.Keys.Child(_image.Id, 1, _pool.Io.Pool.Id, clone.Id), CancellationToken.None));
    }

    [Fact]
    public async Task Clone_of_what_is_not_there_is_told()
    {
        await CreateCloneAsync(snapshotId: 77);

        await ExpectAsync("missing-parent", CheckSeverity.Damage, isRepairable: false);
    }

    [Fact]
    public async Task Record_of_a_clone_that_is_not_there_is_deleted()
    {
        var child = new ChildRecord { PoolId = _pool.Io.Pool.Id, Namespace = ByteName.Empty, ImageId = "0123456789ab", CloneFormat = 1 };
        await _image.CommitAsync(new RecordTransaction().Put(
            _image.Keys.Child(_image.Id, 1, child.PoolId, child.ImageId), Stored.Serialize(child, RbdJsonContext.Default.ChildRecord)));

        await ExpectRepairedAsync("child-record-without-clone", CheckSeverity.Damage);
    }

    [Fact]
    public async Task Volume_shorter_than_its_image_is_extended()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 10000);
        IVolume volume = await pool.Volumes.OpenAsync(
            new VolumePath(pool.Io.Pool.Directory, "image", "admin"), readOnly: false, CancellationToken.None);
        await volume.ResizeAsync(5000, CancellationToken.None);

        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);

        Assert.Equal(("short-volume", true), (Assert.Single(found).Kind, found[0].IsRepaired));
        Assert.Equal(10000ul, volume.Size);
    }

    [Fact]
    public async Task Snapshot_ids_go_on_after_the_last_one()
    {
        await _image.ChangeHeaderAsync(header => header with { SnapshotSeq = 0 });

        await ExpectRepairedAsync("snapshot-sequence", CheckSeverity.Damage);
        Assert.Equal(2ul, (await _image.ReadGraphAsync()).Header.Value.SnapshotSeq);
    }

    [Fact]
    public async Task One_image_is_checked_without_the_others()
    {
        RecordedImage other = await RecordedImage.CreateAsync(_pool, "other");
        await other.ChangeHeaderAsync(header => header with { HeadLayer = "lost" });

        Assert.Empty(await PoolConsistency.CheckAsync(_pool.Io, "image", repair: false, CancellationToken.None));
        Assert.NotEmpty(await PoolConsistency.CheckAsync(_pool.Io, "other", repair: false, CancellationToken.None));
        await Refused.WithAsync(Errno.ENOENT, () => PoolConsistency.CheckAsync(_pool.Io, "third", repair: false, CancellationToken.None));
    }

    private Task<IReadOnlyList<CheckFinding>> CheckAsync(bool repair) =>
        PoolConsistency.CheckAsync(_pool.Io, repair, CancellationToken.None);

    // The one finding; a repair changes nothing, unless there is one.
    private async Task<CheckFinding> ExpectAsync(string kind, CheckSeverity severity, bool isRepairable)
    {
        CheckFinding finding = Assert.Single(await CheckAsync(repair: true));
        Assert.Equal((kind, severity, isRepairable), (finding.Kind, finding.Severity, finding.IsRepairable));
        Assert.Contains(' ', finding.Explanation);
        return finding;
    }

    private async Task ExpectRepairedAsync(string kind, CheckSeverity severity)
    {
        CheckFinding found = Assert.Single(await CheckAsync(repair: false));
        Assert.Equal((kind, severity, true, false), (found.Kind, found.Severity, found.IsRepairable, found.IsRepaired));
        Assert.True(Assert.Single(await CheckAsync(repair: true)).IsRepaired);
        Assert.Empty(await CheckAsync(repair: false));
    }

    private async Task<RecordedImage> CreateCloneAsync(ulong snapshotId)
    {
        RecordedImage clone = await RecordedImage.CreateAsync(_pool, "clone");
        await clone.ChangeHeaderAsync(header => header with
        {
            Parent = new ParentLink
            {
                PoolId = _pool.Io.Pool.Id,
                Namespace = ByteName.Empty,
                ImageId = _image.Id,
                SnapshotId = snapshotId,
                Overlap = RecordedImage.Size,
                CloneFormat = 1,
            },
        });
        return clone;
    }

    private VolumeClaim Claim(string volume) => new()
    {
        State = ClaimState.Live,
        Pool = _pool.Io.Pool.Directory,
        Volume = volume,
        Owner = "admin",
        ImageId = _image.Id,
        ImagePoolId = _pool.Io.Pool.Id,
    };

    private async Task<VolumePath> PathOfAsync(string layerId) => (await _image.ReadGraphAsync()).Layers[layerId].Value.Path;

    private async Task OverwriteAsync(string layerId, ulong offset, byte[] bytes)
    {
        IVolume volume = await _pool.Volumes.OpenAsync(await PathOfAsync(layerId), readOnly: false, CancellationToken.None);
        await volume.WriteAsync(offset, bytes);
    }
}
