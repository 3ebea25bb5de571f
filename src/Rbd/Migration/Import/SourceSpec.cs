using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an import reads, as JSON in Ceph's words: <c>type</c> (native, raw, qcow) and what belongs to it.</summary>
internal sealed class SourceSpec
{
    private readonly JsonObject _json;

    private SourceSpec(JsonObject json) => _json = json;

    public string Type => GetText("type");

    /// <summary>Of a state within a file that holds several.</summary>
    public string? Snapshot => FindText("snapshot");

    /// <exception cref="StorageException">EBADMSG: no JSON. EINVAL: no object.</exception>
    public static SourceSpec Parse(string text)
    {
        try
        {
            return new SourceSpec(JsonNode.Parse(text) as JsonObject
                ?? throw new StorageException(Errno.EINVAL, "a source-spec is a JSON object with \"type\""));
        }
        catch (JsonException error)
        {
            throw new StorageException(Errno.EBADMSG, $"the source-spec is no JSON: {error.Message}", error);
        }
    }

    /// <summary>Of the file that it reads.</summary>
    /// <exception cref="StorageException">EINVAL; ENOSYS: a stream that is no file.</exception>
    public string GetFilePath()
    {
        SourceSpec stream = _json["stream"] is JsonObject value
            ? new SourceSpec(value)
            : throw new StorageException(Errno.EINVAL, $"the source-spec of type {Type} needs a \"stream\"");
        if (!string.Equals(stream.Type, "file", StringComparison.Ordinal))
            throw new StorageException(Errno.ENOSYS, $"streams of type {stream.Type} can't be imported: fetch what it is to a file");
        string path = stream.GetText("file_path");
        return Path.IsPathFullyQualified(path)
            ? path
            : throw new StorageException(Errno.EINVAL, $"\"file_path\" is {path}: give the full path, for every process that opens the image looks there");
    }

    /// <summary>Of a raw source: each with a name and a file of its own, the oldest first.</summary>
    public IEnumerable<SourceSpec> Snapshots => _json["snapshots"] switch
    {
        null => [],
        JsonArray list => list.Select(item => item is JsonObject value
            ? new SourceSpec(value)
            : throw new StorageException(Errno.EINVAL, "\"snapshots\" is a list of JSON objects")),
        _ => throw new StorageException(Errno.EINVAL, "\"snapshots\" is a list of JSON objects"),
    };

    public string GetText(string member) => FindText(member)
        ?? throw new StorageException(Errno.EINVAL, $"the source-spec needs \"{member}\", a text");

    public string? FindText(string member) => Find<string>(member, "a text");

    public ulong? FindNumber(string member) => _json[member] is JsonValue value && value.TryGetValue(out string? text)
        ? ulong.TryParse(text, out ulong number) ? number : throw new StorageException(Errno.EINVAL, $"\"{member}\" of the source-spec is {text}, and should be a number")
        : Has(member) ? Find<ulong>(member, "a number") : null;

    /// <summary>The same, of one state of those in it.</summary>
    public SourceSpec Only(string? snapshot)
    {
        var only = (JsonObject)_json.DeepClone();
        only.Remove("snapshots");
        only.Remove("name");
        if (snapshot is not null)
            only["snapshot"] = snapshot;
        return new SourceSpec(only);
    }

    /// <returns>With its members sorted, as Ceph shows it.</returns>
    public override string ToString()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            Write(writer, _json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private bool Has(string member) => _json[member] is not null;

    private T? Find<T>(string member, string what)
    {
        if (!Has(member))
            return default;
        return _json[member] is JsonValue value && value.TryGetValue(out T? found)
            ? found
            : throw new StorageException(Errno.EINVAL, $"\"{member}\" of the source-spec should be {what}");
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartObject();
                foreach ((string name, JsonNode? value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (JsonNode? item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
