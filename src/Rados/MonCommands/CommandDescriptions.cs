using System.Globalization;
using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>get_command_descriptions: what the ceph command fetches first, and checks its words against.</summary>
internal static class CommandDescriptions
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("get_command_descriptions", "list available commands", "r", call => Task.FromResult(CommandResult.Json(call, Write))),
    ];

    /// <summary>The same for a daemon that knows no more than <paramref name="commands"/>.</summary>
    public static MonCommand OfDaemon(params MonCommand[] commands) => new(
        "get_command_descriptions", "list available commands", "r", call => Task.FromResult(CommandResult.Json(call, json => Write(json, commands))));

    private static void Write(Utf8JsonWriter json) => Write(json, MonCommands.All);

    private static void Write(Utf8JsonWriter json, IEnumerable<MonCommand> commands) => json.Object(() =>
    {
        int number = 0;
        foreach (MonCommand command in commands)
        {
            json.WritePropertyName("cmd" + number.ToString("D3", CultureInfo.InvariantCulture));
            Write(json, command);
            number++;
        }
    });

    private static void Write(Utf8JsonWriter json, MonCommand command) => json.Object(() =>
    {
        json.Array("sig", command.Parameters, parameter => Write(json, parameter));
        json.WriteString("help", command.Help);
        json.WriteString("module", command.Module);
        json.WriteString("perm", command.Permissions);
        json.WriteNumber("flags", 0);
    });

    private static void Write(Utf8JsonWriter json, CommandParameter parameter)
    {
        if (parameter.Name is null)
        {
            json.WriteStringValue(parameter.Type);
            return;
        }

        json.Object(() =>
        {
            json.WriteString("name", parameter.Name);
            json.WriteString("type", parameter.Type);
            foreach ((string name, string value) in parameter.Properties)
                json.WriteString(name, value);
        });
    }
}
