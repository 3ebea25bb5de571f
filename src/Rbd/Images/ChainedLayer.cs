namespace CurveRbd.Rbd;

/// <summary>A layer in its place below the one that is looked at.</summary>
/// <param name="Pool">Of the image that it belongs to.</param>
/// <param name="Overlap">How much of it the layer above sees, in bytes.</param>
/// <param name="IsOwn">Of the image itself, not of one that it is a clone of.</param>
internal sealed record ChainedLayer(
    ImagePool Pool, string ImageId, string LayerId, LayerRecord Record, ulong Overlap, bool IsOwn);
