using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary>How far the creation or removal of a volume is.</summary>
internal enum ClaimState
{
    /// <summary>An intent: the volume may exist, its image does not yet.</summary>
    [JsonStringEnumMemberName("creating")]
    Creating,

    /// <summary>A layer uses the volume.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>An intent: the image is gone, the volume may still exist.</summary>
    [JsonStringEnumMemberName("removing")]
    Removing,
}
