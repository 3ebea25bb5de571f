namespace CurveRbd.Cli;

/// <summary>Ceph's XML: elements without attributes, on one line or indented by one.</summary>
internal sealed class XmlDocumentWriter(bool isPretty) : DocumentWriter
{
    private readonly Stack<string> _open = new();

    public override void OpenObject(string name) => Open(name);

    public override void OpenArray(string name) => Open(name);

    public override void Close()
    {
        string name = _open.Pop();
        BeginLine();
        Text.Append("</").Append(name).Append('>');
        EndLine();
    }

    public override void String(string name, string value) => Literal(name, Escape(value));

    public override void Literal(string name, string value)
    {
        BeginLine();
        Text.Append($"<{name}>{value}</{name}>");
        EndLine();
    }

    private static string Escape(string value) => value
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&apos;", StringComparison.Ordinal);

    private void Open(string name)
    {
        BeginLine();
        Text.Append('<').Append(name).Append('>');
        EndLine();
        _open.Push(name);
    }

    private void BeginLine()
    {
        if (isPretty)
            Text.Append(' ', _open.Count);
    }

    private void EndLine()
    {
        if (isPretty)
            Text.Append('\n');
    }
}
