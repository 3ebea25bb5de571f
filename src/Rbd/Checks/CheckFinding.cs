namespace CurveRbd.Rbd;

/// <summary>Something in a pool that is not as it should be.</summary>
/// <param name="Kind">What it is, in one word that does not change: "unfinished-creation".</param>
/// <param name="ImageId">The image it is about; null: none.</param>
/// <param name="Subject">The image's name, or the volume's, with its pool.</param>
/// <param name="Explanation">What was found, what it means, and what a repair does or what to do.</param>
/// <param name="Volume">The volume it is about, as the store names it; null: none.</param>
/// <param name="IsRepairable">Whether a repair can put it right.</param>
/// <param name="IsRepaired">Whether it has been.</param>
public sealed record CheckFinding(
    string Kind,
    CheckSeverity Severity,
    string? ImageId,
    string Subject,
    string Explanation,
    string? Volume,
    bool IsRepairable,
    bool IsRepaired);
