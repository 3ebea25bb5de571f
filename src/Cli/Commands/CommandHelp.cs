using System.Text;

namespace CurveRbd.Cli;

/// <summary>Help texts, made from the command table.</summary>
internal static class CommandHelp
{
    private const int NameWidth = 34;
    private const int WidthMax = 80;

    private static readonly (string Name, string Help)[] s_global =
    [
        ("-c [ --conf ] arg", "configuration file of the cluster"),
        ("--cluster arg", "name of the cluster"),
        ("--id arg", "who connects, without \"client.\""),
        ("-n [ --name ] arg", "who connects, as client.<id>"),
        ("-m [ --mon_host ] arg", "addresses of the monitors"),
        ("-K [ --keyfile ] arg", "file that holds the secret key"),
        ("-k [ --keyring ] arg", "file that holds the keyring"),
    ];

    public static string OfAll(CommandTable table)
    {
        var text = new StringBuilder();
        text.Append($"usage: {table.Program} <command> ...\n\n{table.Summary}\n\nPositional arguments:\n  <command>\n");
        foreach (Command command in table.Commands)
            AppendEntry(text, "    ", command.Alias is { } alias ? $"{command.Name} ({alias})" : command.Name, command.Summary);
        text.Append("\nOptional arguments:\n");
        foreach ((string name, string help) in s_global)
            AppendEntry(text, "  ", name, help);
        return text.Append($"\nSee '{table.Program} help <command>' for help on a specific command.\n").ToString();
    }

    public static string Of(CommandTable table, Command command)
    {
        var text = new StringBuilder();
        AppendUsage(text, table.Program, command);
        text.Append($"\n{command.Summary}\n");
        if (command.Positionals.Count > 0)
            text.Append("\nPositional arguments\n");
        foreach (Positional positional in command.Positionals)
            AppendEntry(text, "  ", $"<{positional.Name}>", positional.Help);

        Option[] shown = [.. command.Options.Where(option => !option.IsHidden)];
        if (shown.Length > 0)
            text.Append("\nOptional arguments\n");
        foreach (Option option in shown)
            AppendEntry(text, "  ", Spell(option), option.Help);
        return text.Append('\n').ToString();
    }

    private static string Spell(Option option)
    {
        string name = option.Letter is { } letter ? $"-{letter} [ --{option.Name} ]" : $"--{option.Name}";
        return option.TakesValue ? name + " arg" : name;
    }

    private static void AppendUsage(StringBuilder text, string program, Command command)
    {
        string start = $"usage: {program} {command.Alias ?? command.Name} ";
        IEnumerable<string> options = command.Options
            .Where(option => !option.IsHidden)
            .Select(option => option.TakesValue ? $"[--{option.Name} <{option.Name}>]" : $"[--{option.Name}]");
        IEnumerable<string> positionals = command.Positionals
            .Select(word => word.IsRepeatable ? $"<{word.Name}> [<{word.Name}> ...]" : $"<{word.Name}>");

        text.Append(start);
        int column = start.Length;
        foreach (string part in options.Concat(positionals))
        {
            if (column > start.Length && column + part.Length > WidthMax)
            {
                text.Append('\n').Append(' ', start.Length);
                column = start.Length;
            }

            text.Append(part).Append(' ');
            column += part.Length + 1;
        }

        text.Append('\n');
    }

    private static void AppendEntry(StringBuilder text, string indent, string name, string help) =>
        text.Append(indent).Append(name.PadRight(NameWidth - indent.Length)).Append("  ").Append(help).Append('\n');
}
