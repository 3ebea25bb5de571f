using CurveRbd.Store;
using Record = CurveRbd.Store.Record;

namespace CurveRbd.Rbd.Tests;

public sealed class GroupCheckTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Sound_groups_are_no_finding()
    {
        await using TestPool pool = await CreateAsync();

        Assert.Empty(await CheckAsync(pool, repair: false));
    }

    [Fact]
    public async Task Group_whose_name_is_lost_gets_it_back()
    {
        await using TestPool pool = await CreateAsync();
        await DeleteAsync(pool, "/group-name/");

        await AssertRepairedAsync(pool, "group-without-name");

        Assert.Equal(["group"], (await RbdGroups.ListAsync(pool.Io, None)).Select(name => name.ToString()));
    }

    [Fact]
    public async Task Image_that_the_group_does_not_know_becomes_free()
    {
        await using TestPool pool = await CreateAsync();
        await DeleteAsync(pool, "/image/", "/group/");

        IReadOnlyList<CheckFinding> found = await CheckAsync(pool, repair: true);

        Assert.All(found, finding => Assert.Equal(("link-to-no-group", true), (finding.Kind, finding.IsRepaired)));
        Assert.Equal(2, found.Count);
        await RbdGroups.CreateAsync(pool.Io, "other", None);
        await GroupImages.AddAsync(pool.Io, "other", pool.Io, "a", None);
        Assert.Empty(await CheckAsync(pool, repair: false));
    }

    [Fact]
    public async Task Member_that_is_gone_is_taken_off_the_list()
    {
        await using TestPool pool = await CreateAsync(takeSnapshot: false);
        string id = await IdAsync(pool, "a");
        string[] keys = await KeysAsync(pool, $"/image/{id}/header");
        await pool.Records.CommitAsync(new RecordTransaction().Delete(Assert.Single(keys)), None);

        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, None);

        Assert.Contains(found, finding => finding is { Kind: "group-image-unknown", IsRepaired: true });
        Assert.Equal(["b"], (await GroupImages.ListAsync(pool.Io, "group", None)).Select(image => image.Name.ToString()));
    }

    [Fact]
    public async Task Snapshot_of_a_group_that_is_gone_becomes_the_images_own()
    {
        await using TestPool pool = await CreateAsync();
        await DeleteAsync(pool, "/snapshot/", "/group/");

        await AssertRepairedAsync(pool, "snapshot-of-no-group");

        await using Image image = await pool.OpenAsync("a");
        Snapshot snapshot = Assert.Single(await image.Snapshots.ListAsync(None));
        Assert.Equal(SnapshotNamespaceType.User, snapshot.NamespaceType);
        await image.RemoveSnapshotAsync(snapshot.Name);
    }

    [Fact]
    public async Task Snapshot_whose_part_is_gone_is_told_and_left()
    {
        await using TestPool pool = await CreateAsync();
        await DeleteAsync(pool, $"/image/{await IdAsync(pool, "a")}/snapshot/");

        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, None);

        CheckFinding finding = Assert.Single(found, finding => finding.Kind.StartsWith("group", StringComparison.Ordinal));
        Assert.Equal(("group-snapshot-incomplete", CheckSeverity.Damage, false), (finding.Kind, finding.Severity, finding.IsRepairable));
        await GroupSnapshots.RemoveAsync(pool.Io, "group", "snap", None);
    }

    [Fact]
    public async Task Snapshot_that_was_cut_short_is_removed_when_nobody_can_be_at_it_any_more()
    {
        await using TestPool pool = await CreateAsync();
        Record record = Assert.Single(await RecordsAsync(pool, "/snapshot/", "/group/"));
        GroupSnapshotRecord snapshot = Stored.Parse(record, RbdJsonContext.Default.GroupSnapshotRecord).Value with { IsComplete = false };
        await PutAsync(pool, record.Key, snapshot);
        Assert.Empty(await CheckAsync(pool, repair: true));
        await PutAsync(pool, record.Key, snapshot with { Created = TimeProvider.System.GetUtcNow().AddMinutes(-11) });

        await AssertRepairedAsync(pool, "unfinished-group-snapshot");

        await using Image image = await pool.OpenAsync("a");
        Assert.Empty(await image.Snapshots.ListAsync(None));
    }

    private static async Task<TestPool> CreateAsync(bool takeSnapshot = true)
    {
        TestPool pool = await TestPool.CreateAsync();
        await RbdGroups.CreateAsync(pool.Io, "group", None);
        foreach (string name in new[] { "a", "b" })
        {
            await pool.CreateImageAsync(name, 100_000);
            await GroupImages.AddAsync(pool.Io, "group", pool.Io, name, None);
        }

        if (takeSnapshot)
            await GroupSnapshots.CreateAsync(pool.Io, "group", "snap", SnapshotCreateFlags.None, None);
        return pool;
    }

    private static async Task AssertRepairedAsync(TestPool pool, string kind)
    {
        IReadOnlyList<CheckFinding> found = await CheckAsync(pool, repair: true);
        Assert.NotEmpty(found);
        Assert.All(found, finding => Assert.Equal((kind, true), (finding.Kind, finding.IsRepaired)));
        Assert.Empty(await CheckAsync(pool, repair: false));
    }

    // What merging has still to do is no matter here.
    private static async Task<IReadOnlyList<CheckFinding>> CheckAsync(TestPool pool, bool repair) =>
        [.. (await PoolConsistency.CheckAsync(pool.Io, repair, None)).Where(finding => finding.Severity != CheckSeverity.Pending)];

    private static async Task PutAsync(TestPool pool, string key, GroupSnapshotRecord snapshot) =>
        await pool.Records.CommitAsync(new RecordTransaction().PutGroupSnapshot(key, snapshot), None);

    private static async Task DeleteAsync(TestPool pool, params string[] parts)
    {
        var transaction = new RecordTransaction();
        foreach (Record record in await RecordsAsync(pool, parts))
            transaction.Delete(record.Key);
        await pool.Records.CommitAsync(transaction, None);
    }

    private static async Task<string[]> KeysAsync(TestPool pool, string end) =>
        [.. (await RecordsAsync(pool, end)).Select(record => record.Key).Where(key => key.EndsWith(end, StringComparison.Ordinal))];

    private static async Task<Record[]> RecordsAsync(TestPool pool, params string[] parts) =>
        [.. (await pool.Records.RangeAsync("", null, 0, None)).Where(record => parts.All(part => record.Key.Contains(part, StringComparison.Ordinal)))];

    private static async Task<string> IdAsync(TestPool pool, string name)
    {
        await using Image image = await pool.OpenAsync(name);
        return image.Id;
    }
}
