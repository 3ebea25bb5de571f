using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image without a name record: it is in the trash.</summary>
internal sealed record TrashRecord : VersionedRecord
{
    public required string Id { get; init; }

    /// <summary>The name that it had.</summary>
    public required ByteName Name { get; init; }

    public required ByteName Namespace { get; init; }

    public required TrashSource Source { get; init; }

    public required DateTimeOffset DeletedAt { get; init; }

    public required DateTimeOffset DeferredUntil { get; init; }

    public TrashEntry ToEntry() => new(Id, Name, Source, DeletedAt, DeferredUntil);
}
