namespace CurveRbd.Rbd.Tests;

/// <summary>What an image's records would say of a layer. Changing records is atomic and durable.</summary>
internal sealed class LayerModelRecord
{
    public required string Volume { get; set; }

    public required bool IsOverlay { get; set; }

    public LayerModelRecord? Parent { get; set; }

    /// <summary>How much this layer sees of its parent.</summary>
    public ulong ParentOverlap { get; set; } = ulong.MaxValue;
}
