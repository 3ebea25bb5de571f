namespace CurveRbd.Rbd;

/// <summary>Neighbouring places of an overlay volume.</summary>
internal readonly record struct PlaceRun(uint First, int Count);
