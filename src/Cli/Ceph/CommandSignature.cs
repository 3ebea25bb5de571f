using System.Text.Json;

namespace CurveRbd.Cli.Ceph;

/// <summary>A monitor command: the words it starts with, then its parameters.</summary>
internal sealed class CommandSignature
{
    // Bits of "flags", Ceph's numbers.
    private const int Obsolete = 2;
    private const int Deprecated = 4;
    private const int Manager = 8;
    private const int Hidden = 32;

    private readonly int _flags;

    private CommandSignature(string[] words, CommandParameter[] parameters, string help, int flags)
    {
        Words = words;
        Parameters = parameters;
        Help = help;
        _flags = flags;
    }

    public IReadOnlyList<string> Words { get; }

    public IReadOnlyList<CommandParameter> Parameters { get; }

    public string Help { get; }

    /// <summary>Answered by Ceph's manager, not its monitors.</summary>
    public bool IsForManager => (_flags & Manager) != 0;

    /// <summary>Worth proposing to a user.</summary>
    public bool IsShown => (_flags & (Deprecated | Hidden)) == 0;

    /// <summary>Reads the answer to <c>get_command_descriptions</c>; obsolete commands are left out.</summary>
    public static IReadOnlyList<CommandSignature> ParseAll(ReadOnlyMemory<byte> descriptions)
    {
        using JsonDocument document = JsonDocument.Parse(descriptions);
        return [.. document.RootElement.EnumerateObject().Select(command => Parse(command.Value))
            .Where(command => (command._flags & Obsolete) == 0)];
    }

    /// <summary>How many of the command's words the line starts with.</summary>
    public int CountMatching(IReadOnlyList<string> line) =>
        Words.Zip(line).TakeWhile(pair => pair.First == pair.Second).Count();

    public override string ToString() => string.Join(' ', Words.Concat(Parameters.Select(parameter => parameter.ToString())));

    private static CommandSignature Parse(JsonElement command)
    {
        JsonElement[] parts = [.. command.GetProperty("sig").EnumerateArray()];
        return new CommandSignature(
            [.. parts.Where(part => part.ValueKind == JsonValueKind.String).Select(part => part.GetString()!)],
            [.. parts.Where(part => part.ValueKind == JsonValueKind.Object).Select(CommandParameter.Parse)],
            command.TryGetProperty("help", out JsonElement help) ? help.GetString() ?? "" : "",
            command.TryGetProperty("flags", out JsonElement flags) ? flags.GetInt32() : 0);
    }
}
