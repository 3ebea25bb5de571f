using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary>Who a snapshot belongs to; the numbers are those of <c>rbd_snap_namespace_type_t</c>.</summary>
public enum SnapshotNamespaceType
{
    [JsonStringEnumMemberName("user")]
    User = 0,

    [JsonStringEnumMemberName("group")]
    Group = 1,

    /// <summary>Removed, and kept for its clones.</summary>
    [JsonStringEnumMemberName("trash")]
    Trash = 2,

    [JsonStringEnumMemberName("mirror")]
    Mirror = 3,
}
