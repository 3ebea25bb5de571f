using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

internal enum LayerKind
{
    /// <summary>The volume's bytes are the image's bytes.</summary>
    [JsonStringEnumMemberName("plain")]
    Plain,
}
