using System.Collections.Immutable;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A pool in the record store. Its name is encoded as in keys, so that it may be any bytes.</summary>
internal sealed record PoolRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string Directory { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Gone for clients; its images and its directory are being deleted.</summary>
    public bool IsDeleting { get; init; }

    public ulong QuotaMaxBytes { get; init; }

    public ulong QuotaMaxObjects { get; init; }

    public SortedDictionary<string, SortedDictionary<string, string>> Applications { get; init; } = [];

    public SortedDictionary<string, string> Settings { get; init; } = [];

    public Pool ToPool() => new(Id, ByteName.Decode(Name), Directory, Created)
    {
        QuotaMaxBytes = QuotaMaxBytes,
        QuotaMaxObjects = QuotaMaxObjects,
        Applications = Applications.ToImmutableSortedDictionary(
            application => application.Key,
            application => application.Value.ToImmutableSortedDictionary(StringComparer.Ordinal),
            StringComparer.Ordinal),
        Settings = Settings.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };
}
