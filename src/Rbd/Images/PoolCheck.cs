namespace CurveRbd.Rbd;

/// <summary>Finds and repairs what operations left behind in a pool when their process died.</summary>
internal sealed class PoolCheck
{
    private readonly ImagePool _pool;
    private readonly List<Stored<VolumeClaim>> _abandoned = [];
    private readonly List<Stored<VolumeClaim>> _moving = [];

    private PoolCheck(ImagePool pool) => _pool = pool;

    public IReadOnlyList<UnfinishedOperation> Found =>
        [.. _abandoned.Select(claim => Describe(claim.Value, claim.Value.State == ClaimState.Creating ? "creation" : "removal")),
            .. _moving.Select(claim => Describe(claim.Value, "rename"))];

    public static async Task<PoolCheck> RunAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<VolumeClaim>> claims =
            await pool.RangeAsync(pool.Keys.Claims, RbdJsonContext.Default.VolumeClaim, cancellationToken).ConfigureAwait(false);
        var check = new PoolCheck(pool);
        foreach (Stored<VolumeClaim> claim in claims)
        {
            if (await VolumeClaims.IsAbandonedAsync(pool, claim, cancellationToken).ConfigureAwait(false))
                check._abandoned.Add(claim);
        }

        // A move leaves claims on both of its names.
        check._moving.AddRange(claims
            .Where(claim => claim.Value.State == ClaimState.Live && claim.Value.ImagePoolId == pool.Id)
            .GroupBy(claim => claim.Value.ImageId, StringComparer.Ordinal)
            .Where(claimsOfImage => claimsOfImage.Skip(1).Any())
            .Select(claimsOfImage => claimsOfImage.First()));
        return check;
    }

    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        foreach (Stored<VolumeClaim> claim in _abandoned)
            await VolumeClaims.RepairAsync(_pool, claim, cancellationToken).ConfigureAwait(false);
        foreach (Stored<VolumeClaim> claim in _moving)
            await VolumeMove.FollowNameAsync(_pool, claim.Value.ImageId, cancellationToken).ConfigureAwait(false);
    }

    private static UnfinishedOperation Describe(VolumeClaim claim, string kind) => new(kind, claim.ImageId, claim.Path.ToString());
}
