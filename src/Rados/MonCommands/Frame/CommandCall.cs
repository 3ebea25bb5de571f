using System.Globalization;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>One call of a command: its arguments, and the cluster it is about.</summary>
internal sealed class CommandCall(Cluster cluster, JsonElement arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
{
    public Cluster Cluster { get; } = cluster;

    public ReadOnlyMemory<byte> Input { get; } = input;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public IVolumeStore Volumes => Cluster.Stores.Volumes;

    public IRecordStore Records => Cluster.Stores.Records;

    public CommandFormat Format => TextOrNull("format") switch
    {
        null or "plain" => CommandFormat.Plain,
        "json" or "xml" => CommandFormat.Json,
        _ => CommandFormat.JsonPretty,
    };

    /// <summary>The answer is JSON first, and then made XML.</summary>
    public bool IsXml => TextOrNull("format") is "xml" or "xml-pretty";

    public bool IsXmlPretty => TextOrNull("format") is "xml-pretty";

    public string? TextOrNull(string name)
    {
        if (!arguments.TryGetProperty(name, out JsonElement value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(item => item.ToString())),
            JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
    }

    /// <exception cref="StorageException">EINVAL: it is missing.</exception>
    public string Text(string name) =>
        TextOrNull(name) ?? throw new StorageException(Errno.EINVAL, $"missing required parameter {name}");

    public IReadOnlyList<string> Texts(string name)
    {
        if (!arguments.TryGetProperty(name, out JsonElement value))
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())] : [Text(name)];
    }

    /// <exception cref="StorageException">EINVAL: not a whole number.</exception>
    public long? IntOrNull(string name)
    {
        if (TextOrNull(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, null, out long number)
            ? number
            : throw new StorageException(Errno.EINVAL, $"parameter {name} is '{text}', expected a whole number");
    }

    /// <summary>Whether a confirmation was given, in any of the ways clients of the last releases give it.</summary>
    public bool Flag(string name) => TextOrNull(name) is { } text && text != "false";

    public Task<Pool> RequirePoolAsync() => RequirePoolAsync(Text("pool"));

    /// <exception cref="StorageException">ENOENT: "unrecognized pool 'x'".</exception>
    public async Task<Pool> RequirePoolAsync(string name) =>
        await Cluster.Pools.FindAsync(name, CancellationToken).ConfigureAwait(false) ?? throw Pools.NotFound(name);
}
