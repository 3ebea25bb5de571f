namespace CurveRbd.Cli.Ceph;

/// <summary>
/// Gives the words after a command's own to its parameters: by name (<c>--pool rbd</c>, <c>--pool=rbd</c>, <c>--force</c>) or by
/// place. A word that an optional parameter can't take is left to the next.
/// </summary>
internal sealed class ArgumentBinder(CommandSignature signature, IEnumerable<string> words)
{
    // Older signatures declare their confirmations as choices or text.
    private static readonly string[] s_confirmations =
        ["--yes-i-really-mean-it", "--yes-i-really-really-mean-it", "--yes-i-really-really-mean-it-not-faking", "--force"];

    private readonly LinkedList<string> _rest = new(words);
    private readonly Dictionary<CommandParameter, List<string>> _values = [];
    private string? _refusal;

    /// <exception cref="SignatureMismatchException">The words do not fit; the message is Ceph's.</exception>
    public IReadOnlyDictionary<CommandParameter, List<string>> Bind()
    {
        foreach (CommandParameter parameter in signature.Parameters)
            Fill(parameter);
        TakeNamed();
        CommandParameter? missing = signature.Parameters.FirstOrDefault(parameter => parameter.IsRequired && !_values.ContainsKey(parameter));
        if (missing is not null)
            throw new SignatureMismatchException($"missing required parameter {missing.Describe()}");
        if (_rest.Count > 0)
            throw Unused();
        return _values;
    }

    private void Fill(CommandParameter parameter)
    {
        TakeNamed();
        while (_rest.First is { } word && (parameter.IsRepeatable || !_values.ContainsKey(parameter)))
        {
            if (!TryTake(parameter, word.Value))
                return;
            TakeNamed();
        }
    }

    private bool TryTake(CommandParameter parameter, string word)
    {
        bool looksLikeOption = word.StartsWith("--", StringComparison.Ordinal);
        if (looksLikeOption && parameter.Kind != ParameterKind.Choice && !s_confirmations.Contains(word, StringComparer.Ordinal))
            throw new SignatureMismatchException($"Unexpected argument '{word}'");
        if (parameter.Refuse(word) is { } refusal)
        {
            if (parameter.IsRequired)
                throw new SignatureMismatchException(refusal);
            _refusal = $"{word} not valid:  {refusal}";
            return false;
        }

        _rest.RemoveFirst();
        _refusal = null;
        Store(parameter, word);
        return true;
    }

    private void TakeNamed()
    {
        while (_rest.First is { } first && first.Value.StartsWith("--", StringComparison.Ordinal))
        {
            string[] parts = first.Value[2..].Split('=', 2);
            CommandParameter? parameter = FindByName(parts[0]);
            bool hasValue = parts.Length == 2 || parameter?.Kind == ParameterKind.Boolean || first.Next is not null;
            if (parameter is null || !hasValue)
                return;

            _rest.RemoveFirst();
            string value = parts.Length == 2 ? parts[1] : parameter.Kind == ParameterKind.Boolean ? "true" : TakeFirst();
            if (parameter.Refuse(value) is { } refusal)
                throw new SignatureMismatchException(refusal);
            Store(parameter, value);
        }
    }

    private CommandParameter? FindByName(string spelled)
    {
        string name = spelled.Replace('-', '_');
        return signature.Parameters.FirstOrDefault(parameter => parameter.Name == name);
    }

    private string TakeFirst()
    {
        string word = _rest.First!.Value;
        _rest.RemoveFirst();
        return word;
    }

    private void Store(CommandParameter parameter, string value)
    {
        if (!parameter.IsRepeatable || !_values.TryGetValue(parameter, out List<string>? values))
            _values[parameter] = values = [];
        values.Add(value);
    }

    private SignatureMismatchException Unused()
    {
        string list = string.Join(", ", _rest.Select(word => $"'{word}'"));
        return new SignatureMismatchException($"unused arguments: [{list}]") { Remark = _refusal };
    }
}
