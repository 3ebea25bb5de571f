using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Collects what is found about one subject.</summary>
internal sealed class CheckReport(string? imageId, string subject)
{
    private readonly List<CheckProblem> _problems = [];

    public IReadOnlyList<CheckProblem> Problems => _problems;

    public void Damage(string kind, string explanation, VolumePath? volume = null, Func<CancellationToken, Task<bool>>? repair = null) =>
        Add(CheckSeverity.Damage, kind, explanation, volume, repair);

    public void Leftover(string kind, string explanation, VolumePath? volume, Func<CancellationToken, Task<bool>>? repair) =>
        Add(CheckSeverity.Leftover, kind, explanation, volume, repair);

    public void Pending(string kind, string explanation, Func<CancellationToken, Task<bool>>? repair = null) =>
        Add(CheckSeverity.Pending, kind, explanation, null, repair);

    private void Add(
        CheckSeverity severity, string kind, string explanation, VolumePath? volume, Func<CancellationToken, Task<bool>>? repair) =>
        _problems.Add(new CheckProblem(
            new CheckFinding(kind, severity, imageId, subject, explanation, volume?.ToString(), repair is not null, IsRepaired: false), repair));
}
