namespace CurveRbd.Rbd;

/// <summary>A layer and the only one that lies on it, which can be merged into it.</summary>
internal sealed record LayerPair(ImageLayer Lower, ImageLayer Upper);
