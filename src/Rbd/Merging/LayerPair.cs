namespace CurveRbd.Rbd;

/// <summary>A layer and the only one that lies on it, which can be merged into it.</summary>
internal sealed record LayerPair(ImageLayer Lower, ImageLayer Upper)
{
    /// <summary>The lower one has a smaller table than the upper one: it is the lower one that moves.</summary>
    public bool IsUpward => Lower.Value.Capacity < Upper.Value.Capacity;
}
