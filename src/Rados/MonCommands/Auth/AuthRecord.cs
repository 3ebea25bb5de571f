using System.Text;
using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>A user with key and capabilities. They are handed out and listed; nothing checks them.</summary>
internal sealed record AuthRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required string Entity { get; init; }

    public required string Key { get; init; }

    public SortedDictionary<string, string> Caps { get; init; } = [];

    public void Write(Utf8JsonWriter json, bool withCaps = true) => json.Object(() =>
    {
        json.WriteString("entity", Entity);
        json.WriteString("key", Key);
        if (withCaps)
        {
            json.Object("caps", () =>
            {
                foreach ((string service, string capability) in Caps)
                    json.WriteString(service, capability);
            });
        }
    });

    /// <summary>As a keyring file has it.</summary>
    public string ToKeyring(bool withCaps)
    {
        var text = new StringBuilder($"[{Entity}]\n\tkey = {Key}\n");
        foreach ((string service, string capability) in withCaps ? Caps : [])
            text.Append($"\tcaps {service} = \"{capability}\"\n");
        return text.ToString();
    }
}
