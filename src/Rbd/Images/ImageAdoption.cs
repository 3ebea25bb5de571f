using System.Security.Cryptography;
using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes an image of a volume that was found in a pool's directory.</summary>
internal static class ImageAdoption
{
    private const int IdLength = 12;

    /// <summary>Known before the image has records, so that a list can tell it.</summary>
    public static string IdOf(ImagePool pool, string volumeName)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{pool.Id}/{volumeName}"));
        return Convert.ToHexStringLower(digest)[..IdLength];
    }

    /// <returns>The volume without a claim that is the image of this name.</returns>
    public static async Task<VolumeInfo?> FindVolumeAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        if (!pool.Namespace.IsEmpty)
            return null;
        foreach (string candidate in VolumeNames.CandidatesOf(name))
        {
            if (candidate.Length > pool.Volumes.Limits.NameLengthMax
                || await IsClaimedAsync(pool, candidate, cancellationToken).ConfigureAwait(false))
                continue;
            var path = new VolumePath(pool.Directory, candidate, pool.Owner);
            if (await pool.Volumes.StatAsync(path, cancellationToken).ConfigureAwait(false) is { } info)
                return info with { Name = candidate };
        }

        return null;
    }

    /// <summary>All volumes without a claim that are images, by name.</summary>
    public static async Task<IReadOnlyDictionary<ByteName, VolumeInfo>> ListVolumesAsync(
        ImagePool pool, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ByteName, VolumeInfo>();
        if (!pool.Namespace.IsEmpty)
            return found;

        IReadOnlyList<VolumeInfo> volumes = await pool.Volumes.ListAsync(pool.Directory, cancellationToken).ConfigureAwait(false);
        HashSet<string> claimed = await ListClaimedAsync(pool, cancellationToken).ConfigureAwait(false);
        foreach (VolumeInfo volume in volumes)
        {
            if (VolumeNames.ToImage(volume.Name) is not { } name || claimed.Contains(volume.Name))
                continue;
            bool isEncoded = string.Equals(name.Encode(), volume.Name, StringComparison.Ordinal);
            if ((isEncoded || !found.ContainsKey(name)) && await ExistsAsync(pool, volume, cancellationToken).ConfigureAwait(false))
                found[name] = volume;
        }

        return found;
    }

    /// <returns>The new image's id; null when the records changed meanwhile.</returns>
    public static async Task<string?> TryAdoptAsync(
        ImagePool pool, ByteName name, VolumeInfo volume, CancellationToken cancellationToken)
    {
        string id = IdOf(pool, volume.Name);
        var claim = new VolumeClaim
        {
            State = ClaimState.Live,
            Pool = pool.Directory,
            Volume = volume.Name,
            Owner = pool.Owner,
            ImageId = id,
            ImagePoolId = pool.Id,
        };
        var layer = new LayerRecord { Kind = LayerKind.Plain, Pool = claim.Pool, Volume = claim.Volume, Owner = claim.Owner };
        RecordTransaction transaction = new RecordTransaction()
            .RequireAbsent(pool.Keys.Name(ByteName.Empty, name))
            .RequireAbsent(pool.Keys.Header(id))
            .RequireAbsent(pool.Keys.Claim(volume.Name))
            .PutName(pool.Keys.Name(ByteName.Empty, name), id)
            .PutHeader(pool.Keys.Header(id), HeaderOf(pool, id, name, volume))
            .PutLayer(pool.Keys.Layer(id, id), layer)
            .PutClaim(pool.Keys.Claim(volume.Name), claim);
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false) ? id : null;
    }

    // A volume removed since the list was made lost its claim too.
    private static async Task<bool> ExistsAsync(ImagePool pool, VolumeInfo volume, CancellationToken cancellationToken)
    {
        var path = new VolumePath(pool.Directory, volume.Name, pool.Owner);
        return await pool.Volumes.StatAsync(path, cancellationToken).ConfigureAwait(false) is not null;
    }

    private static ImageHeader HeaderOf(ImagePool pool, string id, ByteName name, VolumeInfo volume)
    {
        ImageLayout layout = ImageLayout.Default(pool.Io.Cluster.Conf);
        return new ImageHeader
        {
            Id = id,
            Name = name,
            Namespace = ByteName.Empty,
            Size = volume.Size,
            Order = layout.Order,
            Features = layout.Features,
            StripeUnit = layout.StripeUnit,
            StripeCount = layout.StripeCount,
            Created = volume.Created,
            DataPoolId = pool.Id,
            HeadLayer = id,
        };
    }

    private static async Task<bool> IsClaimedAsync(ImagePool pool, string volumeName, CancellationToken cancellationToken)
    {
        Stored<VolumeClaim>? claim = await VolumeClaims.FindAsync(pool, volumeName, cancellationToken).ConfigureAwait(false);
        if (claim is null)
            return false;
        if (!await VolumeClaims.IsAbandonedAsync(pool, claim, cancellationToken).ConfigureAwait(false))
            return true;

        await VolumeClaims.RepairAsync(pool, claim, cancellationToken).ConfigureAwait(false);
        return await VolumeClaims.FindAsync(pool, volumeName, cancellationToken).ConfigureAwait(false) is not null;
    }

    private static async Task<HashSet<string>> ListClaimedAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<VolumeClaim>> claims =
            await pool.RangeAsync(pool.Keys.Claims, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
        foreach (Stored<VolumeClaim> claim in await VolumeClaims.ListAbandonedAsync(pool, claims, cancellationToken).ConfigureAwait(false))
            await VolumeClaims.RepairAsync(pool, claim, cancellationToken).ConfigureAwait(false);

        return claims.Select(claim => claim.Value.Volume).ToHashSet(StringComparer.Ordinal);
    }
}
