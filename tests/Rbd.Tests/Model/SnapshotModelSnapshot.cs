namespace CurveRbd.Rbd.Tests;

/// <summary>A snapshot and what it must equal.</summary>
internal sealed record SnapshotModelSnapshot(string Name, byte[] Data);
