using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// A configuration file: sections of keys and values. The grammar is Ceph's, and a little more lenient: a quoted value may hold
/// '#' and ';', a section may be indented, the last line needs no end. Text is one char per byte.
/// </summary>
internal sealed class ConfFile
{
    private readonly List<ConfSection> _sections = [];

    private ConfFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>In the order of the file; a name may come several times.</summary>
    public IReadOnlyList<ConfSection> Sections => _sections;

    /// <exception cref="StorageException">EINVAL, with file and line.</exception>
    public static ConfFile Parse(string path, ReadOnlySpan<byte> content)
    {
        var file = new ConfFile(path);
        int number = 0;
        foreach ((string line, int physicalLines) in LogicalLines(Encoding.Latin1.GetString(WithoutByteOrderMark(content))))
        {
            file.ReadLine(line, number + 1);
            number += physicalLines;
        }

        return file;
    }

    /// <summary>The last value of a key in the sections of this name; null when there is none.</summary>
    public string? Find(string section, string key) => _sections
        .Where(candidate => candidate.Name == section)
        .Select(candidate => candidate.Values.GetValueOrDefault(key))
        .LastOrDefault(value => value is not null);

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> content) =>
        content.StartsWith("\uFEFF"u8) ? content["\uFEFF"u8.Length..] : content;

    // A backslash before the end of a line joins it with the next.
    private static IEnumerable<(string Line, int PhysicalLines)> LogicalLines(string text)
    {
        string joined = "";
        int count = 0;
        foreach (string physical in text.Split('\n'))
        {
            string line = physical.EndsWith('\r') ? physical[..^1] : physical;
            count++;
            if (EndsInContinuation(line))
            {
                joined += line[..^1];
                continue;
            }

            yield return (joined + line, count);
            joined = "";
            count = 0;
        }

        if (count > 0)
            yield return (joined, count);
    }

    private static bool EndsInContinuation(string line)
    {
        int backslashes = line.Length - line.AsSpan().TrimEnd('\\').Length;
        return backslashes % 2 == 1;
    }

    private void ReadLine(string line, int number)
    {
        string text = line.Trim();
        if (text.Length == 0 || text[0] is '#' or ';')
            return;

        if (text[0] == '[')
            _sections.Add(new ConfSection(SectionName(text, number), number));
        else
            ReadAssignment(text, number);
    }

    private string SectionName(string text, int number)
    {
        int end = text.IndexOf(']', StringComparison.Ordinal);
        string name = end < 0 ? "" : text[1..end];
        string rest = end < 0 ? "" : text[(end + 1)..].TrimStart();
        if (name.Length == 0 || name.AsSpan().IndexOfAny('#', ';') >= 0 || !IsComment(rest))
            throw Invalid(number, "expected [section] alone on its line");
        return name;
    }

    private void ReadAssignment(string text, int number)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? "" : OptionName.Normalize(text[..equals]);
        if (key.Length == 0 || key.AsSpan().IndexOfAny('#', ';') >= 0)
            throw Invalid(number, "expected key = value");
        if (_sections.Count == 0)
            throw Invalid(number, $"'{key}' lies before the first [section]");

        string value = text[(equals + 1)..].TrimStart();
        _sections[^1].Values[key] = value.Length > 0 && value[0] is '"' or '\'' ? Quoted(value, number) : Unquoted(value);
    }

    private string Quoted(string text, int number)
    {
        var value = new StringBuilder();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == text[0])
                return IsComment(text[(i + 1)..].TrimStart()) ? value.ToString().Trim() : throw Invalid(number, "text after the closing quote");
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }

        throw Invalid(number, $"a value that starts with {text[0]} must end with it");
    }

    private static string Unquoted(string text)
    {
        var value = new StringBuilder();
        for (int i = 0; i < text.Length && text[i] is not ('#' or ';'); i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }

        return value.ToString().TrimEnd();
    }

    private static bool IsComment(string rest) => rest.Length == 0 || rest[0] is '#' or ';';

    private StorageException Invalid(int line, string what) => new(Errno.EINVAL, $"{Path}, line {line}: {what}");
}
