using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Reads and writes the JSON of this project's records.</summary>
internal static class RadosRecords
{
    /// <summary>The schema this software writes. A reader refuses records from a later one.</summary>
    public const int Version = 1;

    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <exception cref="StorageException">EIO: not such a record. EOPNOTSUPP: from a later version of this software.</exception>
    public static T Parse<T>(Record record, JsonTypeInfo<T> type, Func<T, int> version)
    {
        T value;
        try
        {
            value = JsonSerializer.Deserialize(record.Value.Span, type) ?? throw new JsonException("the value is null");
        }
        catch (JsonException error)
        {
            throw new StorageException(Errno.EIO, $"record {record.Key} is damaged: {error.Message}", error);
        }

        return version(value) <= Version
            ? value
            : throw new StorageException(
                Errno.EOPNOTSUPP, $"record {record.Key} has schema version {version(value)}, this software knows up to {Version}: update it");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PoolRecord))]
[JsonSerializable(typeof(PoolReference))]
[JsonSerializable(typeof(BlocklistRecord))]
[JsonSerializable(typeof(AuthRecord))]
[JsonSerializable(typeof(ObjectRecord))]
[JsonSerializable(typeof(ServiceRecord))]
[JsonSerializable(typeof(ObjectGarbageRecord))]
[JsonSerializable(typeof(ObjectWatcherRecord))]
[JsonSerializable(typeof(NotificationRecord))]
[JsonSerializable(typeof(AcknowledgementRecord))]
internal sealed partial class RadosJsonContext : JsonSerializerContext;
