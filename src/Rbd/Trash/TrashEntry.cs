using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image in the trash.</summary>
/// <param name="DeferredUntil">Before this it is removed by force only.</param>
public readonly record struct TrashEntry(
    string Id, ByteName Name, TrashSource Source, DateTimeOffset DeletedAt, DateTimeOffset DeferredUntil);
