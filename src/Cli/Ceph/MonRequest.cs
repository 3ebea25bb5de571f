using System.Text;
using System.Text.Json;

namespace CurveRbd.Cli.Ceph;

/// <summary>A command with its arguments, ready to be sent.</summary>
internal sealed class MonRequest(CommandSignature command, IReadOnlyDictionary<CommandParameter, List<string>> arguments)
{
    public CommandSignature Command { get; } = command;

    /// <summary>The JSON object that monitors take.</summary>
    /// <param name="format">null when the user named none.</param>
    public string ToJson(string? format)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("prefix", string.Join(' ', Command.Words));
            foreach ((CommandParameter parameter, List<string> values) in arguments)
                WriteArgument(json, parameter, values);
            if (format is not null)
                json.WriteString("format", format);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteArgument(Utf8JsonWriter json, CommandParameter parameter, List<string> values)
    {
        json.WritePropertyName(parameter.Name);
        if (!parameter.IsRepeatable)
        {
            parameter.WriteValue(json, values[0]);
            return;
        }

        json.WriteStartArray();
        foreach (string value in values)
            parameter.WriteValue(json, value);
        json.WriteEndArray();
    }
}
