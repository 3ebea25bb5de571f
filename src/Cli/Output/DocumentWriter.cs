using System.Text;

namespace CurveRbd.Cli;

/// <summary>
/// Writes a command's answer for machines. Every value has a name: the key in an object; in an array JSON leaves it out and XML
/// makes it the element.
/// </summary>
internal abstract class DocumentWriter
{
    protected StringBuilder Text { get; } = new();

    public abstract void OpenObject(string name);

    public abstract void OpenArray(string name);

    public abstract void Close();

    public abstract void String(string name, string value);

    /// <summary>A number or a boolean: printed as it is.</summary>
    public abstract void Literal(string name, string value);

    public void Number(string name, ulong value) => Literal(name, value.ToString());

    public void Number(string name, long value) => Literal(name, value.ToString());

    /// <summary>Ceph writes its yes-or-no values as strings.</summary>
    public void Truth(string name, bool value) => String(name, value ? "true" : "false");

    /// <summary>The whole document with its newline.</summary>
    public override string ToString() => Text.ToString().TrimEnd('\n') + "\n";
}
