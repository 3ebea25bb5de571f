namespace CurveRbd.Rbd;

/// <summary>A record that says all by being there.</summary>
internal sealed record MarkerRecord : VersionedRecord;
