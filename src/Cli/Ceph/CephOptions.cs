namespace CurveRbd.Cli.Ceph;

/// <summary>The options that the <c>ceph</c> command keeps for itself; all other words belong to the command it sends.</summary>
internal sealed class CephOptions
{
    private static readonly string[] s_formats = ["json", "json-pretty", "xml", "xml-pretty", "plain", "yaml"];

    private readonly List<string> _words = [];

    public bool WantsHelp { get; private set; }

    public string? Format { get; private set; }

    public string? InputFile { get; private set; }

    public string? OutputFile { get; private set; }

    public int? ConnectTimeoutSeconds { get; private set; }

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <exception cref="UsageException">An option lacks its value or can't have it.</exception>
    public static CephOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CephOptions();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? argument))
            options.Take(argument, rest);
        return options;
    }

    private void Take(string argument, Queue<string> rest)
    {
        switch (argument)
        {
            case "-h" or "--help":
                WantsHelp = true;
                return;
            case "-s" or "--status":
                _words.Insert(0, "status");
                return;
            case "--verbose" or "--concise":
                return;
        }

        (string name, string? value) = Split(argument);
        if (NeedsValue(name))
            Assign(name, value ?? (rest.TryDequeue(out string? next) ? next : throw Wrong(name, "expected one argument")));
        else
            _words.Add(argument);
    }

    // "--format=json", "-fjson", or the name alone.
    private static (string Name, string? Value) Split(string argument)
    {
        if (argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') is > 0 and int equals)
            return (argument[..equals], argument[(equals + 1)..]);
        if (argument.Length > 2 && argument[..2] is "-f" or "-i" or "-o")
            return (argument[..2], argument[2..]);
        return (argument, null);
    }

    private static bool NeedsValue(string name) =>
        name is "-f" or "--format" or "-i" or "--in-file" or "-o" or "--out-file" or "--connect-timeout" or "--period" or "-p"
            or "--setuser" or "--setgroup";

    private void Assign(string name, string value)
    {
        switch (name)
        {
            case "-f" or "--format":
                Format = s_formats.Contains(value, StringComparer.Ordinal)
                    ? value
                    : throw Wrong("-f/--format", $"invalid choice: '{value}' (choose from {string.Join(", ", s_formats.Select(known => $"'{known}'"))})");
                break;
            case "-i" or "--in-file":
                InputFile = value;
                break;
            case "-o" or "--out-file":
                OutputFile = value;
                break;
            case "--connect-timeout":
                ConnectTimeoutSeconds = int.TryParse(value, out int seconds) && seconds >= 0
                    ? seconds
                    : throw Wrong(name, $"invalid int value: '{value}'");
                break;
        }
    }

    private static UsageException Wrong(string name, string what) => new($"error: argument {name}: {what}");
}
