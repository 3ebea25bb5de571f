using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A finding, and what puts it right.</summary>
/// <param name="Repair">Says whether it succeeded. null: nothing can be done without losing data that somebody may want.</param>
internal sealed record CheckProblem(CheckFinding Finding, Func<CancellationToken, Task<bool>>? Repair)
{
    public async Task<CheckFinding> RepairAsync(CancellationToken cancellationToken)
    {
        if (Repair is null)
            return Finding;
        try
        {
            return Finding with { IsRepaired = await Repair(cancellationToken).ConfigureAwait(false) };
        }
        catch (StorageException error)
        {
            return Finding with { Explanation = $"{Finding.Explanation} The repair failed: {error.Message}" };
        }
    }
}
