using System.Text;

namespace CurveRbd.Rados;

/// <summary>Expands $name and ${name} in values. What is unknown, or would refer to itself, stays as it is.</summary>
internal sealed class MacroExpansion(Func<string, string?> lookUp)
{
    // Deeper nesting is no configuration but an accident; the text stays.
    private const int DepthMax = 16;

    private readonly Stack<string> _expanding = new();

    /// <param name="option">Whose value it is: it does not expand itself.</param>
    public string Expand(string option, string value)
    {
        if (!value.Contains('$', StringComparison.Ordinal))
            return value;

        _expanding.Push(option);
        var expanded = new StringBuilder();
        int at = 0;
        while (at < value.Length)
            at = value[at] == '$' ? ExpandOne(value, at, expanded) : AppendText(value, at, expanded);
        _expanding.Pop();
        return expanded.ToString();
    }

    private static int AppendText(string value, int at, StringBuilder expanded)
    {
        int end = value.IndexOf('$', at);
        end = end < 0 ? value.Length : end;
        expanded.Append(value.AsSpan(at, end - at));
        return end;
    }

    private int ExpandOne(string value, int at, StringBuilder expanded)
    {
        bool braced = at + 1 < value.Length && value[at + 1] == '{';
        int start = at + (braced ? 2 : 1);
        int end = start;
        while (end < value.Length && (char.IsAsciiLetterOrDigit(value[end]) || value[end] == '_'))
            end++;
        string name = value[start..end];
        bool closed = !braced || (end < value.Length && value[end] == '}');
        int next = braced && closed ? end + 1 : end;
        expanded.Append((closed ? Resolve(name) : null) ?? value[at..next]);
        return next;
    }

    private string? Resolve(string name) =>
        name.Length == 0 || _expanding.Count >= DepthMax || _expanding.Contains(name) || lookUp(name) is not { } text
            ? null
            : Expand(name, text);
}
