using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The volumes of an image's layers: whether they are there, the image's, and what their records say they are.</summary>
internal sealed class LayerVolumeCheck(ImagePool pool, LayerGraph graph, CheckReport report)
{
    // A table that is being written to may show one place twice while a cluster moves.
    private const int AttemptsMax = 3;

    private ImageHeader Header => graph.Header.Value;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What is imported lies where only those who use the image may be able to look.
        foreach (ImageLayer layer in graph.Layers.Values.Where(layer => layer.Value.SourceSpec is null).OrderBy(layer => layer.Id, StringComparer.Ordinal))
        {
            if (await LocateAsync(layer, cancellationToken).ConfigureAwait(false) is not { } path)
                continue;
            await CheckClaimAsync(layer, path, cancellationToken).ConfigureAwait(false);
            await CheckContentAsync(layer, path, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<VolumePath?> LocateAsync(ImageLayer layer, CancellationToken cancellationToken)
    {
        VolumePath path = layer.Value.Path;
        if (await ExistsAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (layer.Value.MovingTo is not null)
                ReportMove(path);
            return path;
        }

        if (layer.Value.MovingTo is { } movingTo && await ExistsAsync(path with { Name = movingTo }, cancellationToken).ConfigureAwait(false))
        {
            ReportMove(path with { Name = movingTo });
            return path with { Name = movingTo };
        }

        report.Damage("missing-volume",
            $"The volume of layer {layer.Id} is not there: {UsersOf(layer)} can't be read. Restore the volume, or remove what needs it.", path);
        return null;
    }

    private void ReportMove(VolumePath path) => report.Leftover("unfinished-rename",
        "The image was renamed, but the process died while its volume followed. A repair brings that to an end when nobody has the image open.",
        path,
        async token =>
        {
            await VolumeMove.FollowNameAsync(pool, Header.Id, token).ConfigureAwait(false);
            LayerGraph? now = await LayerGraph.ReadAsync(pool, Header.Id, token).ConfigureAwait(false);
            return now is null || now.Layers.Values.All(layer => layer.Value.MovingTo is null);
        });

    private async Task CheckClaimAsync(ImageLayer layer, VolumePath path, CancellationToken cancellationToken)
    {
        MigrationLink? lender = layer.Value.IsBorrowed ? Header.Migration : null;
        string key = new RecordKeys(lender?.DataPoolId ?? Header.DataPoolId).Claim(path.Name);
        Stored<VolumeClaim>? claim = await pool.GetAsync(key, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
        string holder = lender?.ImageId ?? Header.Id;
        if (claim is null && lender is null)
        {
            report.Damage("missing-claim",
                $"No record says that the volume of layer {layer.Id} is this image's, so it may be taken for an image of its own. A repair says so.",
                path,
                token => pool.TryCommitAsync(
                    new RecordTransaction().Require(layer.Record).RequireAbsent(key).PutClaim(key, LiveClaim(path)), token).AsTask());
        }
        else if (claim is not null && (claim.Value.State != ClaimState.Live || !string.Equals(claim.Value.ImageId, holder, StringComparison.Ordinal)))
        {
            report.Damage("foreign-claim",
                $"The volume of layer {layer.Id} is recorded as {claim.Value.State.ToString().ToLowerInvariant()} for image {claim.Value.ImageId}. "
                + "Do not repair anything before it is clear whose it is.",
                path);
        }
    }

    private VolumeClaim LiveClaim(VolumePath path) => new()
    {
        State = ClaimState.Live,
        Pool = path.Pool,
        Volume = path.Name,
        Owner = path.Owner,
        ImageId = Header.Id,
        ImagePoolId = pool.Id,
    };

    private async Task CheckContentAsync(ImageLayer layer, VolumePath path, CancellationToken cancellationToken)
    {
        try
        {
            IVolume volume = await pool.Volumes.OpenAsync(path, readOnly: true, cancellationToken).ConfigureAwait(false);
            await using (volume.ConfigureAwait(false))
            {
                if (layer.Value.Kind == LayerKind.Overlay)
                    await CheckOverlayAsync(layer, volume).ConfigureAwait(false);
                else
                    CheckPlain(layer, volume);
            }
        }
        catch (StorageException error)
        {
            report.Damage("unreadable-volume", $"Layer {layer.Id} can't be read, and so {UsersOf(layer)}: {error.Message}.", path);
        }
    }

    private void CheckPlain(ImageLayer layer, IVolume volume)
    {
        bool isWholeImage = graph.IsHead(layer) && layer.Value.Below is null;
        if (!isWholeImage || volume.Size >= Header.Size)
            return;
        report.Damage("short-volume",
            $"The image has {Header.Size} bytes, but its volume only {volume.Size}: what lay beyond is lost. A repair extends the volume with zeros.",
            volume.Path,
            ExtendAsync);

        async Task<bool> ExtendAsync(CancellationToken cancellationToken)
        {
            IVolume writable = await pool.Volumes.OpenAsync(volume.Path, readOnly: false, cancellationToken).ConfigureAwait(false);
            await using (writable.ConfigureAwait(false))
                await writable.ResizeAsync(pool.Volumes.Limits.RoundUp(Header.Size), cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    private async Task CheckOverlayAsync(ImageLayer layer, IVolume volume)
    {
        OverlayHeader header = await OverlayVolume.ReadHeaderAsync(volume).ConfigureAwait(false);
        if (!Guid.TryParse(layer.HeaderId, out Guid expected) || header.LayerId != expected)
        {
            report.Damage("wrong-volume",
                $"The volume of layer {layer.Id} says that it is layer {header.LayerId}, not {layer.HeaderId}: it was exchanged, or restored under a wrong name.", volume.Path);
            return;
        }

        if (graph.IsHead(layer) && header.Capacity < Header.Size)
            report.Damage("short-table", $"The image has {Header.Size} bytes, but the table of its head is for {header.Capacity}.", volume.Path);
        await CheckTableAsync(volume, header).ConfigureAwait(false);
    }

    private static async Task CheckTableAsync(IVolume volume, OverlayHeader header)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await OverlayScan.FindPlacesAsync(volume, new OverlayTable(volume, header)).ConfigureAwait(false);
                return;
            }
            catch (StorageException) when (attempt < AttemptsMax)
            {
                await volume.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ExistsAsync(VolumePath path, CancellationToken cancellationToken) =>
        await pool.Volumes.StatAsync(path, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>What reads through the layer.</summary>
    private string UsersOf(ImageLayer layer)
    {
        string[] users =
        [
            .. Reaches(Header.HeadLayer, layer) ? (IEnumerable<string>)["the image"] : [],
            .. graph.Snapshots.Where(snapshot => Reaches(snapshot.Value.Layer, layer)).Select(snapshot => $"snapshot '{snapshot.Value.Name}'"),
        ];
        return users.Length == 0 ? "nothing that is still needed" : string.Join(", ", users);
    }

    private bool Reaches(string top, ImageLayer layer) => graph.ChainOf(top).Contains(layer);
}
