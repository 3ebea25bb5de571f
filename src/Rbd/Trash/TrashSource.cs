using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary>Why an image is in the trash; the numbers are those of <c>rbd_trash_image_source_t</c>.</summary>
public enum TrashSource
{
    /// <summary>Somebody moved it there.</summary>
    [JsonStringEnumMemberName("user")]
    User = 0,

    [JsonStringEnumMemberName("mirroring")]
    Mirroring = 1,

    /// <summary>It is the source of a migration.</summary>
    [JsonStringEnumMemberName("migration")]
    Migration = 2,

    /// <summary>It is being removed.</summary>
    [JsonStringEnumMemberName("removing")]
    Removing = 3,

    /// <summary>It was removed, but has children; it goes with the last of them.</summary>
    [JsonStringEnumMemberName("user-parent")]
    UserParent = 4,
}
