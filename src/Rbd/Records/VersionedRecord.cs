namespace CurveRbd.Rbd;

/// <summary>What every record of an image holds.</summary>
internal abstract record VersionedRecord
{
    public const int CurrentVersion = 1;

    /// <summary>Of the record's schema. A reader refuses records from a later one.</summary>
    public int Version { get; init; } = CurrentVersion;
}
