using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

/// <summary>Which side of a migration an image is.</summary>
internal enum MigrationRole
{
    /// <summary>It lies in the trash until the migration ends; nothing of it changes.</summary>
    [JsonStringEnumMemberName("source")]
    Source,

    /// <summary>It is the image from now on, and borrows what it has not got yet.</summary>
    [JsonStringEnumMemberName("destination")]
    Destination,
}
