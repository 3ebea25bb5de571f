using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A record as read, with its meaning.</summary>
internal sealed record Stored<T>(Record Record, T Value)
    where T : VersionedRecord
{
    /// <summary>The same, as a transaction has put it.</summary>
    public Stored<T> At(long revision) => this with { Record = Record with { Revision = revision } };
}

internal static class Stored
{
    /// <exception cref="StorageException">EIO: not such a record. EOPNOTSUPP: from a later version of this software.</exception>
    public static Stored<T> Parse<T>(Record record, JsonTypeInfo<T> type)
        where T : VersionedRecord
    {
        T value = Deserialize(record, type);
        if (value.Version > VersionedRecord.CurrentVersion)
        {
            throw new StorageException(
                Errno.EOPNOTSUPP,
                $"record {record.Key} has schema version {value.Version}, this software knows up to {VersionedRecord.CurrentVersion}: update it");
        }

        return new Stored<T>(record, value);
    }

    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private static T Deserialize<T>(Record record, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(record.Value.Span, type) ?? throw new JsonException("the value is null");
        }
        catch (JsonException error)
        {
            throw new StorageException(Errno.EIO, $"record {record.Key} is damaged: {error.Message}", error);
        }
    }
}
