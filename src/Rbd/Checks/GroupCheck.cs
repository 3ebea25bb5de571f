using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Whether a pool's groups, their images and their snapshots know each other.</summary>
internal sealed class GroupCheck(ImagePool pool, PoolRecords records, TimeProvider time)
{
    // Longer than any snapshot of a group takes.
    private static readonly TimeSpan s_unfinishedAfter = TimeSpan.FromMinutes(10);

    private readonly List<CheckProblem> _problems = [];

    public async Task<IReadOnlyList<CheckProblem>> RunAsync(CancellationToken cancellationToken)
    {
        List<Stored<GroupRecord>> groups = await ReadGroupsAsync(cancellationToken).ConfigureAwait(false);
        foreach (Stored<GroupRecord> group in groups)
            await CheckAsync(group, cancellationToken).ConfigureAwait(false);
        foreach (string imageId in records.ImageIds)
            await CheckImageAsync(imageId, cancellationToken).ConfigureAwait(false);
        return _problems;
    }

    private async Task<List<Stored<GroupRecord>>> ReadGroupsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> all = await pool.Records.RangeAsync(pool.Keys.Groups, null, 0, cancellationToken).ConfigureAwait(false);
        return
        [
            .. all.Where(record => record.Key.EndsWith("/header", StringComparison.Ordinal))
                .Select(record => CheckReading.Parse(record, RbdJsonContext.Default.GroupRecord, _problems))
                .OfType<Stored<GroupRecord>>(),
        ];
    }

    private async Task CheckAsync(Stored<GroupRecord> group, CancellationToken cancellationToken)
    {
        var report = new CheckReport(null, $"group {Describe(group.Value.Namespace, group.Value.Name)}");
        await CheckNameAsync(group, report, cancellationToken).ConfigureAwait(false);
        foreach (Stored<GroupImageRecord> member in await CheckReading.RangeAsync(
            pool, pool.Keys.GroupImages(group.Value.Id), RbdJsonContext.Default.GroupImageRecord, _problems, cancellationToken).ConfigureAwait(false))
            await CheckMemberAsync(group, member, report, cancellationToken).ConfigureAwait(false);
        foreach (Stored<GroupSnapshotRecord> snapshot in await CheckReading.RangeAsync(
            pool, pool.Keys.GroupSnapshots(group.Value.Id), RbdJsonContext.Default.GroupSnapshotRecord, _problems, cancellationToken).ConfigureAwait(false))
            await CheckSnapshotAsync(group, snapshot, report, cancellationToken).ConfigureAwait(false);
        _problems.AddRange(report.Problems);
    }

    private async Task CheckNameAsync(Stored<GroupRecord> group, CheckReport report, CancellationToken cancellationToken)
    {
        string key = pool.Keys.GroupName(group.Value.Namespace, group.Value.Name);
        Stored<GroupNameRecord>? named = await pool.GetAsync(key, RbdJsonContext.Default.GroupNameRecord, cancellationToken).ConfigureAwait(false);
        if (named?.Value.Id == group.Value.Id)
            return;
        report.Damage("group-without-name", "No name leads to the group. A repair gives it its name, if that is free.", repair: token => pool.TryCommitAsync(
            new RecordTransaction().Require(group.Record).RequireAbsent(key).PutGroupName(key, group.Value.Id), token).AsTask());
    }

    private async Task CheckMemberAsync(
        Stored<GroupRecord> group, Stored<GroupImageRecord> member, CheckReport report, CancellationToken cancellationToken)
    {
        Stored<ImageHeader>? header = await FindHeaderAsync(member.Value.PoolId, member.Value.Namespace, member.Value.ImageId, cancellationToken).ConfigureAwait(false);
        if (header?.Value.Group?.GroupId == group.Value.Id)
            return;
        string what = header is null ? "is gone" : $"({header.Value.Name}) does not know that";
        report.Damage("group-image-unknown", $"Image {member.Value.ImageId} is listed as a member, but {what}. A repair takes it off the list.", repair: token =>
            pool.TryCommitAsync(new RecordTransaction().Require(group.Record).PutGroup(group.Record.Key, group.Value)
                .Require(member.Record).Delete(member.Record.Key), token).AsTask());
    }

    private async Task CheckSnapshotAsync(
        Stored<GroupRecord> group, Stored<GroupSnapshotRecord> snapshot, CheckReport report, CancellationToken cancellationToken)
    {
        if (!snapshot.Value.IsComplete)
        {
            if (time.GetUtcNow() - snapshot.Value.Created > s_unfinishedAfter)
            {
                report.Leftover("unfinished-group-snapshot", $"Snapshot '{snapshot.Value.Name}' was not taken or not removed to the end. A repair removes it.", null, async token =>
                {
                    await GroupSnapshotRemoval.RunAsync(pool, group.Value.Id, snapshot.Value, token).ConfigureAwait(false);
                    return true;
                });
            }

            return;
        }

        foreach (GroupSnapshotPart part in snapshot.Value.Parts)
        {
            if (!await ExistsAsync(part, cancellationToken).ConfigureAwait(false))
            {
                report.Damage("group-snapshot-incomplete",
                    $"Snapshot '{snapshot.Value.Name}' has lost what it was of image {part.ImageId}. It can't be rolled back to; remove it with 'rbd group snap rm'.");
            }
        }
    }

    private async Task<bool> ExistsAsync(GroupSnapshotPart part, CancellationToken cancellationToken) =>
        await pool.FindOtherAsync(part.PoolId, part.Namespace, cancellationToken).ConfigureAwait(false) is { } other
        && await other.Records.GetAsync(other.Keys.Snapshot(part.ImageId, part.SnapshotId), cancellationToken).ConfigureAwait(false) is not null;

    private async Task CheckImageAsync(string imageId, CancellationToken cancellationToken)
    {
        if (Find(imageId, pool.Keys.Header(imageId)) is not { } record
            || CheckReading.Parse(record, RbdJsonContext.Default.ImageHeader, problems: null) is not { } header)
            return; // the check of the image tells
        var report = new CheckReport(imageId, Describe(header.Value.Namespace, header.Value.Name));
        if (header.Value.Group is { } link && !await IsMemberAsync(link, imageId, cancellationToken).ConfigureAwait(false))
        {
            ImageHeader alone = header.Value.WithOperations(header.Value.OpFeatures & ~OperationFeatures.Group) with { Group = null };
            report.Leftover("link-to-no-group", $"It calls itself a member of group {link.GroupId}, which does not know it. A repair makes it a member of none.", null, token =>
                pool.TryCommitAsync(new RecordTransaction().Require(header.Record).PutHeader(header.Record.Key, alone), token).AsTask());
        }

        string prefix = pool.Keys.Snapshots(imageId);
        foreach (Record snapshot in records.Of(imageId).Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)))
            await CheckSnapshotAsync(header, snapshot, report, cancellationToken).ConfigureAwait(false);
        _problems.AddRange(report.Problems);
    }

    private async Task CheckSnapshotAsync(Stored<ImageHeader> header, Record record, CheckReport report, CancellationToken cancellationToken)
    {
        if (CheckReading.Parse(record, RbdJsonContext.Default.SnapshotRecord, problems: null) is not { Value: { NamespaceType: SnapshotNamespaceType.Group, Group: { } link } } snapshot
            || await HasSnapshotAsync(link, cancellationToken).ConfigureAwait(false))
            return;
        SnapshotRecord own = snapshot.Value with { NamespaceType = SnapshotNamespaceType.User, Group = null };
        report.Leftover("snapshot-of-no-group", $"Snapshot '{own.Name}' is a part of a group's snapshot that is gone. A repair makes it a snapshot of the image alone.", null, token =>
            pool.TryCommitAsync(
                new RecordTransaction()
                    .Require(header.Record)
                    .PutHeader(header.Record.Key, header.Value)
                    .Require(snapshot.Record)
                    .PutSnapshot(snapshot.Record.Key, own),
                token).AsTask());
    }

    private async Task<bool> IsMemberAsync(GroupLink link, string imageId, CancellationToken cancellationToken) =>
        await FindGroupPoolAsync(link, cancellationToken).ConfigureAwait(false) is { } groupPool
        && await groupPool.Records.GetAsync(groupPool.Keys.GroupImage(link.GroupId, pool.Id, imageId), cancellationToken).ConfigureAwait(false) is not null;

    private async Task<bool> HasSnapshotAsync(GroupLink link, CancellationToken cancellationToken) =>
        link.SnapshotId is { } id
        && await FindGroupPoolAsync(link, cancellationToken).ConfigureAwait(false) is { } groupPool
        && await groupPool.Records.GetAsync(groupPool.Keys.GroupSnapshot(link.GroupId, id), cancellationToken).ConfigureAwait(false) is not null;

    private ValueTask<ImagePool?> FindGroupPoolAsync(GroupLink link, CancellationToken cancellationToken) =>
        pool.FindOtherAsync(link.PoolId, link.Namespace, cancellationToken);

    private async Task<Stored<ImageHeader>?> FindHeaderAsync(long poolId, ByteName ns, string imageId, CancellationToken cancellationToken) =>
        await pool.FindOtherAsync(poolId, ns, cancellationToken).ConfigureAwait(false) is { } other
            ? await other.GetAsync(other.Keys.Header(imageId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
            : null;

    private Record? Find(string imageId, string key) =>
        records.Of(imageId).FirstOrDefault(record => string.Equals(record.Key, key, StringComparison.Ordinal));

    private string Describe(ByteName ns, ByteName name) => ns.IsEmpty ? $"{pool.Io.Pool.Name}/{name}" : $"{pool.Io.Pool.Name}/{ns}/{name}";
}
