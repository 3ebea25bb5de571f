using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Writes a name as a JSON string when it is UTF-8, else as an array with one base64 string.</summary>
internal sealed class ByteNameJsonConverter : JsonConverter<ByteName>
{
    public override ByteName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return ByteName.FromText(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
            throw new JsonException("expected a name");

        byte[] bytes = reader.GetBytesFromBase64();
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("expected one base64 string");
        return ByteName.FromBytes(bytes);
    }

    public override void Write(Utf8JsonWriter writer, ByteName value, JsonSerializerOptions options)
    {
        byte[] bytes = value.ToBytes();
        if (Utf8.IsValid(bytes))
        {
            writer.WriteStringValue(bytes);
            return;
        }

        writer.WriteStartArray();
        writer.WriteBase64StringValue(bytes);
        writer.WriteEndArray();
    }
}
