using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>How far a migration is.</summary>
/// <param name="SourcePoolId">-1, and no names: what is imported is no image, see <paramref name="SourceSpec"/>.</param>
/// <param name="StateDescription">For people, of what is under way; else empty.</param>
/// <param name="SourceSpec">JSON, of an import; null: an image migrates.</param>
public sealed record MigrationStatus(
    long SourcePoolId,
    ByteName SourceNamespace,
    ByteName SourceName,
    string SourceId,
    long DestinationPoolId,
    ByteName DestinationNamespace,
    ByteName DestinationName,
    string DestinationId,
    MigrationState State,
    string StateDescription,
    string? SourceSpec);
