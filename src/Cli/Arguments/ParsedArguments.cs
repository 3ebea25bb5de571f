namespace CurveRbd.Cli;

/// <summary>A command line, taken apart. All values are known to be well-formed.</summary>
internal sealed class ParsedArguments(IReadOnlyList<(Option Option, string Value)> options, IReadOnlyList<string> words)
{
    private int _nextWord;

    public bool Has(Option option) => options.Any(given => given.Option == option);

    /// <returns>The value given, or <paramref name="fallback"/>.</returns>
    public T Get<T>(Option<T> option, T fallback) => Find(option) is { } value ? option.Parse(value) : fallback;

    /// <returns>The value given, or null.</returns>
    public string? Find(Option option) =>
        options.Where(given => given.Option == option).Select(given => given.Value).FirstOrDefault();

    public IEnumerable<T> GetAll<T>(Option<T> option) =>
        options.Where(given => given.Option == option).Select(given => option.Parse(given.Value));

    /// <returns>The next word that was told by its place; null when there is none left.</returns>
    public string? NextWord() => _nextWord < words.Count ? words[_nextWord++] : null;

    public IReadOnlyList<string> RemainingWords() => [.. words.Skip(_nextWord)];
}
