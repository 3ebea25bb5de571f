namespace CurveRbd.Rbd;

/// <summary>Which overlay of a stack holds a cluster (its slot; 0 = none does) and what it says of it.</summary>
internal readonly record struct RegionEntry(byte Slot, OverlayEntry Entry);
