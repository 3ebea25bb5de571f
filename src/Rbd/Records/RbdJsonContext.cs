using System.Text.Json.Serialization;

namespace CurveRbd.Rbd;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    Converters = [typeof(ByteNameJsonConverter)])]
[JsonSerializable(typeof(ImageNameRecord))]
[JsonSerializable(typeof(ImageHeader))]
[JsonSerializable(typeof(ImageTimesRecord))]
[JsonSerializable(typeof(LayerRecord))]
[JsonSerializable(typeof(VolumeClaim))]
[JsonSerializable(typeof(WatcherRecord))]
[JsonSerializable(typeof(SnapshotRecord))]
[JsonSerializable(typeof(ChildRecord))]
[JsonSerializable(typeof(FreezeRecord))]
[JsonSerializable(typeof(TrashRecord))]
[JsonSerializable(typeof(MetadataRecord))]
[JsonSerializable(typeof(MarkerRecord))]
[JsonSerializable(typeof(OwnerRecord))]
[JsonSerializable(typeof(AdvisoryLockRecord))]
[JsonSerializable(typeof(GroupNameRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(GroupImageRecord))]
[JsonSerializable(typeof(GroupSnapshotRecord))]
internal sealed partial class RbdJsonContext : JsonSerializerContext;
