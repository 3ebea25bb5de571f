using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Takes options out of a command line: --opt value, --opt=value, --flag, --no-flag, -m, -k, -K.</summary>
internal sealed class ArgumentParser(IReadOnlyList<string> arguments, Action<Option, string> assign)
{
    private readonly List<int> _left = [];
    private int _at;

    /// <returns>The places of what is left.</returns>
    /// <exception cref="StorageException">EINVAL, ERANGE: a value is missing or not one of its option.</exception>
    public IReadOnlyList<int> Parse()
    {
        while (_at < arguments.Count && arguments[_at] != "--")
        {
            if (!TryTake(arguments[_at]))
                _left.Add(_at);
            _at++;
        }

        for (; _at < arguments.Count; _at++)
            _left.Add(_at);
        return _left;
    }

    private bool TryTake(string argument)
    {
        if (ShortOption(argument) is { } shortName)
            return OptionTable.TryFind(shortName, out Option? shortOption) && Assign(shortOption, argument, null);
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return false;

        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? argument[2..] : argument[2..equals]).Replace('-', '_');
        string? value = equals < 0 ? null : argument[(equals + 1)..];
        if (OptionTable.TryFind(name, out Option? option))
            return Assign(option, argument, value);
        if (value is not null || !name.StartsWith("no_", StringComparison.Ordinal)
            || !OptionTable.TryFind(name[3..], out Option? flag) || flag.Type != OptionType.Bool)
        {
            return false;
        }

        assign(flag, "false");
        return true;
    }

    private static string? ShortOption(string argument) => argument switch
    {
        "-m" => "mon_host",
        "-k" => "keyring",
        "-K" => "keyfile",
        _ => null,
    };

    private bool Assign(Option option, string spelled, string? value)
    {
        if (value is null && option.Type == OptionType.Bool)
            value = TakeBool(option);
        assign(option, value ?? Next(spelled));
        return true;
    }

    // A flag takes the next word only when that can be its value: "--rbd-cache image" sets the flag.
    private string TakeBool(Option option)
    {
        try
        {
            if (_at + 1 < arguments.Count)
            {
                string value = OptionValue.Canonical(option, arguments[_at + 1]);
                _at++;
                return value;
            }
        }
        catch (FormatException)
        {
            // The next word is somebody else's.
        }

        return "true";
    }

    private string Next(string spelled) => _at + 1 < arguments.Count
        ? arguments[++_at]
        : throw new StorageException(Errno.EINVAL, $"Option {spelled} requires an argument.");

    public static string[] Words(string line)
    {
        List<string> words = [];
        var word = new StringBuilder();
        char quote = '\0';
        bool inWord = false;
        foreach (char c in line)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                inWord = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                    words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord)
            words.Add(word.ToString());
        return [.. words];
    }
}
