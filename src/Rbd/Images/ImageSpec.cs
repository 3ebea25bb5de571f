using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image as a list shows it.</summary>
public readonly record struct ImageSpec(string Id, ByteName Name);
