namespace CurveRbd.Cli;

/// <summary>Ceph's JSON: one line without blanks, or indented by four.</summary>
internal sealed class JsonDocumentWriter(bool isPretty) : DocumentWriter
{
    private const int Indent = 4;

    private readonly Stack<Section> _open = new();

    public override void OpenObject(string name) => Open(name, '{', '}');

    public override void OpenArray(string name) => Open(name, '[', ']');

    public override void Close()
    {
        Section section = _open.Pop();
        if (!section.IsEmpty)
            BreakLine();
        Text.Append(section.Bracket);
    }

    public override void String(string name, string value)
    {
        BeginValue(name);
        Quote(value);
    }

    public override void Literal(string name, string value)
    {
        BeginValue(name);
        Text.Append(value);
    }

    private void Open(string name, char opening, char closing)
    {
        BeginValue(name);
        Text.Append(opening);
        _open.Push(new Section(closing));
    }

    private void BeginValue(string name)
    {
        if (!_open.TryPeek(out Section? section))
            return;
        if (!section.IsEmpty)
            Text.Append(',');
        section.IsEmpty = false;
        BreakLine();
        if (section.Bracket == ']')
            return;
        Quote(name);
        Text.Append(isPretty ? ": " : ":");
    }

    private void BreakLine()
    {
        if (isPretty)
            Text.Append('\n').Append(' ', Indent * _open.Count);
    }

    private void Quote(string value)
    {
        Text.Append('"');
        foreach (char c in value)
            AppendEscaped(c);
        Text.Append('"');
    }

    private void AppendEscaped(char c)
    {
        switch (c)
        {
            case '"' or '\\':
                Text.Append('\\').Append(c);
                break;
            case '\n':
                Text.Append("\\n");
                break;
            case '\t':
                Text.Append("\\t");
                break;
            case < ' ' or '\x7f':
                Text.Append($"\\u{(int)c:x4}");
                break;
            default:
                Text.Append(c);
                break;
        }
    }

    private sealed class Section(char bracket)
    {
        public char Bracket { get; } = bracket;

        public bool IsEmpty { get; set; } = true;
    }
}
