namespace CurveRbd.Rbd.Tests;

/// <summary>A snapshot: the frozen layer it points at, and what it must read as forever.</summary>
internal sealed record LayerModelSnapshot(LayerModelRecord Top, int SectorCount, uint[] Stamps);
