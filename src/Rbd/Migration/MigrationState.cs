using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary><c>rbd_image_migration_state_t</c>.</summary>
public enum MigrationState
{
    [JsonStringEnumMemberName("unknown")]
    Unknown = -1,

    [JsonStringEnumMemberName("error")]
    Error = 0,

    /// <summary>The destination can be used; the source's clones are on their way to it.</summary>
    [JsonStringEnumMemberName("preparing")]
    Preparing = 1,

    [JsonStringEnumMemberName("prepared")]
    Prepared = 2,

    [JsonStringEnumMemberName("executing")]
    Executing = 3,

    /// <summary>The destination has got everything.</summary>
    [JsonStringEnumMemberName("executed")]
    Executed = 4,

    [JsonStringEnumMemberName("aborting")]
    Aborting = 5,
}
