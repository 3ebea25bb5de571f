using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Whether a pool's records and volumes fit together (<c>curverbd check</c>). Images may be in use meanwhile; nothing that somebody uses
/// is touched.
/// </summary>
public static class PoolConsistency
{
    /// <summary>Everything in a pool, in all namespaces.</summary>
    /// <param name="repair">Whether to put right what can be without losing data.</param>
    public static async Task<IReadOnlyList<CheckFinding>> CheckAsync(IoContext io, bool repair, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        PoolRecords records = await PoolRecords.ReadAsync(pool, cancellationToken).ConfigureAwait(false);
        var problems = new List<CheckProblem>();
        problems.AddRange(await new ClaimCheck(pool, imageId: null).RunAsync(cancellationToken).ConfigureAwait(false));
        problems.AddRange(await new NameCheck(pool, records).RunAsync(cancellationToken).ConfigureAwait(false));
        problems.AddRange(await new GroupCheck(pool, records, TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false));
        foreach (string imageId in records.ImageIds)
            problems.AddRange(await new ImageCheck(pool, imageId).RunAsync(cancellationToken).ConfigureAwait(false));
        return await EndAsync(problems, repair, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One image.</summary>
    /// <exception cref="StorageException">ENOENT.</exception>
    /// <inheritdoc cref="CheckAsync(IoContext, bool, CancellationToken)"/>
    public static async Task<IReadOnlyList<CheckFinding>> CheckAsync(
        IoContext io, ByteName image, bool repair, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var pool = new ImagePool(io);
        string id = await ImageResolution.IdOfAsync(pool, image, cancellationToken).ConfigureAwait(false);
        List<CheckProblem> problems =
        [
            .. await new ClaimCheck(pool, id).RunAsync(cancellationToken).ConfigureAwait(false),
            .. await new ImageCheck(pool, id).RunAsync(cancellationToken).ConfigureAwait(false),
        ];
        return await EndAsync(problems, repair, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<CheckFinding>> EndAsync(
        List<CheckProblem> problems, bool repair, CancellationToken cancellationToken)
    {
        var findings = new List<CheckFinding>();
        foreach (CheckProblem problem in problems)
            findings.Add(repair ? await problem.RepairAsync(cancellationToken).ConfigureAwait(false) : problem.Finding);
        return findings;
    }
}
