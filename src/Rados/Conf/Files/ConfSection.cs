namespace CurveRbd.Rados;

/// <summary>One [section] of a configuration file. Values are one char per byte; keys have '_' for blanks.</summary>
internal sealed record ConfSection(string Name, int Line)
{
    public Dictionary<string, string> Values { get; } = new(StringComparer.Ordinal);
}
