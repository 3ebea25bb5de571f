using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Whether names and trash lead to images, and every image is found by one of them.</summary>
internal sealed class NameCheck(ImagePool pool, PoolRecords records)
{
    private readonly List<CheckProblem> _problems = [];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<CheckProblem>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (ByteName ns in await ListNamespacesAsync(cancellationToken).ConfigureAwait(false))
        {
            string prefix = pool.Keys.Names(ns);
            foreach (Stored<ImageNameRecord> name in await CheckReading.RangeAsync(
                pool, prefix, RbdJsonContext.Default.ImageNameRecord, _problems, cancellationToken).ConfigureAwait(false))
                Check(name, ns, ByteName.Decode(name.Record.Key.AsSpan(prefix.Length)));
        }

        foreach (Stored<TrashRecord> trashed in await CheckReading.RangeAsync(
            pool, pool.Keys.Trash, RbdJsonContext.Default.TrashRecord, _problems, cancellationToken).ConfigureAwait(false))
            Check(trashed);
        foreach (string imageId in records.ImageIds.Where(id => !_found.Contains(id)))
            await CheckUnnamedAsync(imageId, cancellationToken).ConfigureAwait(false);
        return _problems;
    }

    private async Task<IReadOnlyList<ByteName>> ListNamespacesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> found =
            await pool.Records.RangeAsync(pool.Keys.Namespaces, null, 0, cancellationToken).ConfigureAwait(false);
        return [ByteName.Empty, .. found.Select(record => ByteName.Decode(record.Key.AsSpan(pool.Keys.Namespaces.Length)))];
    }

    private void Check(Stored<ImageNameRecord> name, ByteName ns, ByteName image)
    {
        _found.Add(name.Value.Id);
        var report = new CheckReport(name.Value.Id, Describe(ns, image));
        if (FindHeader(name.Value.Id) is not { } record)
        {
            report.Damage("name-without-image", $"The name leads to image {name.Value.Id}, which is not there. A repair gives the name free.", repair: ReleaseAsync(name.Record));
        }
        else if (Parse(record) is { } header && (header.Value.Name != image || header.Value.Namespace != ns))
        {
            report.Damage("wrong-name",
                $"The name leads to image {name.Value.Id}, which calls itself {Describe(header.Value.Namespace, header.Value.Name)}. A repair makes it call itself by this name.",
                repair: token => pool.TryCommitAsync(
                    new RecordTransaction()
                        .Require(name.Record)
                        .Require(header.Record)
                        .PutHeader(header.Record.Key, header.Value with { Name = image, Namespace = ns }),
                    token).AsTask());
        }

        _problems.AddRange(report.Problems);
    }

    private void Check(Stored<TrashRecord> trashed)
    {
        _found.Add(trashed.Value.Id);
        if (FindHeader(trashed.Value.Id) is not null)
            return;
        var report = new CheckReport(trashed.Value.Id, Describe(trashed.Value.Namespace, trashed.Value.Name));
        report.Damage("trash-without-image", $"The trash holds image {trashed.Value.Id}, which is not there. A repair takes it out of the trash.", repair: ReleaseAsync(trashed.Record));
        _problems.AddRange(report.Problems);
    }

    private async Task CheckUnnamedAsync(string imageId, CancellationToken cancellationToken)
    {
        if (FindHeader(imageId) is not { } record)
            await CheckHeaderlessAsync(imageId, cancellationToken).ConfigureAwait(false);
        else if (Parse(record) is { } header) // else the check of the image tells
            CheckUnnamed(imageId, header);
    }

    private void CheckUnnamed(string imageId, Stored<ImageHeader> header)
    {
        string name = Describe(header.Value.Namespace, header.Value.Name);
        string key = pool.Keys.Name(header.Value.Namespace, header.Value.Name);
        var report = new CheckReport(imageId, name);
        report.Damage("image-without-name",
            $"No name leads to image {imageId}, which calls itself {name}. A repair gives it that name, if it is free.",
            repair: token => pool.TryCommitAsync(
                new RecordTransaction().Require(header.Record).RequireAbsent(key).PutName(key, imageId), token).AsTask());
        _problems.AddRange(report.Problems);
    }

    // Records that lasted longer than their header: an image's removal deletes them with its volumes.
    private async Task CheckHeaderlessAsync(string imageId, CancellationToken cancellationToken)
    {
        if (records.Of(imageId).All(record => record.Session != 0))
            return;
        var report = new CheckReport(imageId, $"{pool.Io.Pool.Name}: image {imageId}");
        if (await HasLiveVolumesAsync(imageId, cancellationToken).ConfigureAwait(false))
            report.Damage("missing-header", "Its volumes are there, but its header is gone: nobody can open it. Restore the record store from a backup.");
        else
            report.Leftover("unfinished-removal", "The image is gone, but some of its records are left. A repair deletes them.", null, DeleteAsync);
        _problems.AddRange(report.Problems);

        async Task<bool> DeleteAsync(CancellationToken token)
        {
            Record? header = await pool.Records.GetAsync(pool.Keys.Header(imageId), token).ConfigureAwait(false);
            if (header is null)
                await pool.DeleteRangeAsync(pool.Keys.Image(imageId), token).ConfigureAwait(false);
            return header is null;
        }
    }

    private async Task<bool> HasLiveVolumesAsync(string imageId, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> claims = await pool.Records.RangeAsync(pool.Keys.Claims, null, 0, cancellationToken).ConfigureAwait(false);
        return claims.Select(record => CheckReading.Parse(record, RbdJsonContext.Default.VolumeClaim, problems: null))
            .Any(claim => claim?.Value is { State: ClaimState.Live } live && string.Equals(live.ImageId, imageId, StringComparison.Ordinal));
    }

    private Func<CancellationToken, Task<bool>> ReleaseAsync(Record record) => token =>
        pool.TryCommitAsync(new RecordTransaction().Require(record).Delete(record.Key), token).AsTask();

    private Record? FindHeader(string imageId) =>
        records.Of(imageId).FirstOrDefault(record => string.Equals(record.Key, pool.Keys.Header(imageId), StringComparison.Ordinal));

    private static Stored<ImageHeader>? Parse(Record header) => CheckReading.Parse(header, RbdJsonContext.Default.ImageHeader, problems: null);

    private string Describe(ByteName ns, ByteName image) =>
        ns.IsEmpty ? $"{pool.Io.Pool.Name}/{image}" : $"{pool.Io.Pool.Name}/{ns}/{image}";
}
