using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The claims on the volumes of a pool's directory, and the volumes without one.</summary>
/// <param name="imageId">Only of this image; null: of all.</param>
internal sealed class ClaimCheck(ImagePool pool, string? imageId)
{
    private readonly List<CheckProblem> _problems = [];

    public async Task<IReadOnlyList<CheckProblem>> RunAsync(CancellationToken cancellationToken)
    {
        // Volumes first: a claim comes before its volume and goes after it.
        IReadOnlyList<VolumeInfo> volumes = await pool.Volumes.ListAsync(pool.Directory, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Stored<VolumeClaim>> claims = await CheckReading.RangeAsync(
            pool, pool.Keys.Claims, RbdJsonContext.Default.VolumeClaim, _problems, cancellationToken).ConfigureAwait(false);
        HashSet<string> names = volumes.Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal);
        foreach (Stored<VolumeClaim> claim in claims.Where(IsWanted))
            await CheckAsync(claim, names.Contains(claim.Value.Volume), cancellationToken).ConfigureAwait(false);

        if (imageId is null)
            CheckUnclaimed(volumes, claims.Select(claim => claim.Value.Volume).ToHashSet(StringComparer.Ordinal));
        return _problems;
    }

    private bool IsWanted(Stored<VolumeClaim> claim) =>
        imageId is null || string.Equals(claim.Value.ImageId, imageId, StringComparison.Ordinal);

    private async Task CheckAsync(Stored<VolumeClaim> claim, bool hasVolume, CancellationToken cancellationToken)
    {
        var report = new CheckReport(claim.Value.ImageId, claim.Value.Path.ToString());
        if (await VolumeClaims.IsAbandonedAsync(pool, claim, cancellationToken).ConfigureAwait(false))
            CheckAbandoned(report, claim);
        else if (claim.Value.State == ClaimState.Live)
            await CheckLiveAsync(report, claim, hasVolume, cancellationToken).ConfigureAwait(false);
        _problems.AddRange(report.Problems);
    }

    private void CheckAbandoned(CheckReport report, Stored<VolumeClaim> claim)
    {
        string image = claim.Value.ImageId;
        if (claim.Value.State == ClaimState.Creating)
        {
            report.Leftover("unfinished-creation",
                $"A volume was being made for image {image}, but the process that did it is gone. The image does not use it; a repair deletes it, "
                + "or makes an image of it if it holds data that somebody else wrote.",
                claim.Value.Path,
                RepairAsync);
            return;
        }

        report.Leftover("unfinished-removal",
            $"No image uses this volume any more (it belonged to image {image}), but it was not deleted. A repair deletes it, "
            + "unless somebody still reads it.",
            claim.Value.Path,
            RepairAsync);

        async Task<bool> RepairAsync(CancellationToken cancellationToken)
        {
            await VolumeClaims.RepairAsync(pool, claim, cancellationToken).ConfigureAwait(false);
            Record? now = await pool.Records.GetAsync(claim.Record.Key, cancellationToken).ConfigureAwait(false);
            return now is null;
        }
    }

    private async Task CheckLiveAsync(CheckReport report, Stored<VolumeClaim> claim, bool hasVolume, CancellationToken cancellationToken)
    {
        if (await IsUsedAsync(claim.Value, cancellationToken).ConfigureAwait(false))
            return;
        Record? now = await pool.Records.GetAsync(claim.Record.Key, cancellationToken).ConfigureAwait(false);
        if (now?.Revision != claim.Record.Revision)
            return; // changed while we looked
        string what = $"The records say that image {claim.Value.ImageId} uses this volume, but the image {(hasVolume ? "does not" : "does not, and there is no such volume")}.";
        bool isNameable = VolumeNames.ToImage(claim.Value.Volume) is not null;
        if (hasVolume && !isNameable)
            report.Damage("claim-without-layer", $"{what} Nothing leads to its content; delete the volume when nobody misses anything.", claim.Value.Path);
        else
            report.Damage("claim-without-layer", $"{what} A repair gives the name free{(hasVolume ? ": the volume becomes an image of its own" : "")}.", claim.Value.Path, ReleaseAsync);

        Task<bool> ReleaseAsync(CancellationToken token) => pool.TryCommitAsync(
            new RecordTransaction().Require(claim.Record).Delete(claim.Record.Key), token).AsTask();
    }

    // A layer whose record can't be read may be the one.
    private async Task<bool> IsUsedAsync(VolumeClaim claim, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> layers = await pool.Records.RangeAsync(
            new RecordKeys(claim.ImagePoolId).Layers(claim.ImageId), null, 0, cancellationToken).ConfigureAwait(false);
        return layers.Select(record => CheckReading.Parse(record, RbdJsonContext.Default.LayerRecord, problems: null))
            .Any(layer => layer is null || Uses(layer.Value, claim));
    }

    private static bool Uses(LayerRecord layer, VolumeClaim claim) =>
        string.Equals(layer.Pool, claim.Pool, StringComparison.Ordinal)
        && (string.Equals(layer.Volume, claim.Volume, StringComparison.Ordinal)
            || string.Equals(layer.MovingTo, claim.Volume, StringComparison.Ordinal));

    // A volume whose name can be an image's is one; others are made by us and always have a claim.
    private void CheckUnclaimed(IReadOnlyList<VolumeInfo> volumes, HashSet<string> claimed)
    {
        foreach (VolumeInfo volume in volumes.Where(volume => !claimed.Contains(volume.Name) && VolumeNames.ToImage(volume.Name) is null))
        {
            var path = new VolumePath(pool.Directory, volume.Name, pool.Owner);
            var report = new CheckReport(null, path.ToString());
            report.Damage("unknown-volume",
                $"Its name is that of a layer, but no record knows it: the records were lost or are older than the volume. It occupies {volume.Allocated} bytes; "
                + "delete it when nobody misses anything.",
                path);
            _problems.AddRange(report.Problems);
        }
    }
}
