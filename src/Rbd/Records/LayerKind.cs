using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary>What is inside a layer's volume (docs/format.md).</summary>
internal enum LayerKind
{
    /// <summary>The volume's bytes are the image's bytes.</summary>
    [JsonStringEnumMemberName("plain")]
    Plain,

    /// <summary>What differs from the layers below.</summary>
    [JsonStringEnumMemberName("overlay")]
    Overlay,
}
