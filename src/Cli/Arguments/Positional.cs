namespace CurveRbd.Cli;

/// <summary>A word of the command line that is told by its place.</summary>
/// <param name="IsRepeatable">Takes this word and all that follow.</param>
/// <param name="Accepts">Refuses a value while the line is read; null accepts anything.</param>
internal sealed record Positional(string Name, string Help, bool IsRepeatable = false, Func<string, bool>? Accepts = null);
