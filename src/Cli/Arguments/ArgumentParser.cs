namespace CurveRbd.Cli;

/// <summary>
/// Reads options and words in any order, as <c>rbd</c> does: <c>--opt value</c>, <c>--opt=value</c>, <c>-p value</c>, <c>-pvalue</c>,
/// several switches behind one dash, <c>--</c> before words that look like options. An option takes the next word whatever it looks like.
/// </summary>
internal sealed class ArgumentParser(IReadOnlyList<Option> options, IReadOnlyList<Positional> positionals)
{
    private readonly List<(Option Option, string Value)> _given = [];
    private readonly List<string> _words = [];

    /// <exception cref="UsageException">The line does not fit the options and positionals.</exception>
    public ParsedArguments Parse(IReadOnlyList<string> arguments)
    {
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? argument))
        {
            if (argument == "--")
                _words.AddRange(DrainAll(rest));
            else if (argument.StartsWith("--", StringComparison.Ordinal))
                AddLong(argument, rest);
            else if (argument.Length > 1 && argument[0] == '-')
                AddShort(argument, rest);
            else
                _words.Add(argument);
        }

        CheckWords();
        return new ParsedArguments(_given, _words);
    }

    private static IEnumerable<string> DrainAll(Queue<string> rest)
    {
        while (rest.TryDequeue(out string? word))
            yield return word;
    }

    private void AddLong(string argument, Queue<string> rest)
    {
        int equals = argument.IndexOf('=');
        string name = equals < 0 ? argument[2..] : argument[2..equals];
        Option option = options.FirstOrDefault(option => option.Matches(name))
            ?? throw new UsageException($"unrecognised option '{argument}'");

        if (equals < 0)
            Add(option, option.TakesValue ? TakeValue(option, rest) : null);
        else if (option.TakesValue && equals == argument.Length - 1)
            throw new UsageException($"the argument for option '--{name}' should follow immediately after the equal sign");
        else
            Add(option, argument[(equals + 1)..]);
    }

    private void AddShort(string argument, Queue<string> rest)
    {
        for (int i = 1; i < argument.Length; i++)
        {
            Option option = options.FirstOrDefault(option => option.Letter == argument[i])
                ?? throw new UsageException($"unrecognised option '{argument}'");
            if (!option.TakesValue)
            {
                Add(option, null);
                continue;
            }

            Add(option, i + 1 < argument.Length ? argument[(i + 1)..] : TakeValue(option, rest));
            return;
        }
    }

    private static string TakeValue(Option option, Queue<string> rest) =>
        rest.TryDequeue(out string? value)
            ? value
            : throw new UsageException($"the required argument for option '--{option.Name}' is missing");

    private void Add(Option option, string? value)
    {
        if (value is not null)
            option.Check(value);
        if (!option.IsRepeatable && _given.Exists(given => given.Option == option))
            throw new UsageException($"option '--{option.Name}' cannot be specified more than once");
        _given.Add((option, value ?? ""));
    }

    private void CheckWords()
    {
        bool isOpenEnded = positionals is [.., { IsRepeatable: true }];
        if (_words.Count > positionals.Count && !isOpenEnded)
            throw new UsageException("too many arguments");
        for (int i = 0; i < _words.Count; i++)
        {
            Positional positional = positionals[Math.Min(i, positionals.Count - 1)];
            if (positional.Accepts is { } accepts && !accepts(_words[i]))
                throw new UsageException("the argument for option is invalid");
        }
    }
}
