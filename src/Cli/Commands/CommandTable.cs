namespace CurveRbd.Cli;

/// <summary>The commands of a program, and how one is found on a line.</summary>
/// <param name="Program">Its name, which starts every message.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record CommandTable(string Program, string Summary, IReadOnlyList<Command> Commands)
{
    /// <summary>
    /// Splits a line into the command and its arguments. Options may stand before the command: a known switch is one word, any
    /// other option two.
    /// </summary>
    public CommandLine Find(IReadOnlyList<string> line)
    {
        List<int> places = FindWords(line);
        string[] words = [.. places.Select(place => line[place])];
        Command? found = Commands.Where(command => MatchLength(command, words) > 0).MaxBy(command => MatchLength(command, words));
        var used = places.Take(found is null ? 0 : MatchLength(found, words)).ToHashSet();
        return new CommandLine(found, words, [.. line.Where((_, place) => !used.Contains(place))]);
    }

    private static int MatchLength(Command command, string[] words) =>
        new[] { command.Name, command.Alias, command.HiddenAlias }.OfType<string>().Max(name => MatchLength(name, words));

    private static int MatchLength(string name, string[] words)
    {
        string[] parts = name.Split(' ');
        return words.Take(parts.Length).SequenceEqual(parts, StringComparer.Ordinal) ? parts.Length : 0;
    }

    private List<int> FindWords(IReadOnlyList<string> line)
    {
        var places = new List<int>();
        for (int i = 0; i < line.Count && line[i] != "--"; i++)
        {
            if (!line[i].StartsWith('-') || line[i].Length == 1)
                places.Add(i);
            else if (TakesNextWord(line[i]))
                i++;
        }

        return places;
    }

    private bool TakesNextWord(string option)
    {
        if (option.StartsWith("--", StringComparison.Ordinal))
            return !option.Contains('=') && !IsSwitch(known => known.Matches(option.AsSpan(2)));
        return option.Length == 2 && !IsSwitch(known => known.Letter == option[1]);
    }

    private bool IsSwitch(Func<Option, bool> isMeant) =>
        Commands.Any(command => command.Options.Any(option => !option.TakesValue && isMeant(option)));
}

/// <summary>A line as the table understood it.</summary>
/// <param name="Command">null when its words name none.</param>
/// <param name="Words">All words that are no options, the command's own included.</param>
/// <param name="Arguments">The line without the command's own words.</param>
internal sealed record CommandLine(Command? Command, IReadOnlyList<string> Words, IReadOnlyList<string> Arguments);
