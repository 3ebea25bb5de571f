namespace CurveRbd.Rbd;

/// <summary>Repairs what operations left behind in a pool when their process died.</summary>
internal static class PoolCheck
{
    /// <returns>How many unfinished operations were found.</returns>
    public static async Task<int> RunAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<VolumeClaim>> claims =
            await pool.RangeAsync(pool.Keys.Claims, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
        int found = 0;
        foreach (Stored<VolumeClaim> claim in claims)
        {
            if (await VolumeClaims.IsAbandonedAsync(pool, claim, cancellationToken).ConfigureAwait(false))
            {
                await VolumeClaims.RepairAsync(pool, claim, cancellationToken).ConfigureAwait(false);
                found++;
            }
        }

        // A move leaves claims on both of its names.
        IEnumerable<string> moving = claims
            .Where(claim => claim.Value.State == ClaimState.Live && claim.Value.ImagePoolId == pool.Id)
            .GroupBy(claim => claim.Value.ImageId, StringComparer.Ordinal)
            .Where(claimsOfImage => claimsOfImage.Skip(1).Any())
            .Select(claimsOfImage => claimsOfImage.Key);
        foreach (string id in moving)
        {
            await VolumeMove.FollowNameAsync(pool, id, cancellationToken).ConfigureAwait(false);
            found++;
        }

        return found;
    }
}
