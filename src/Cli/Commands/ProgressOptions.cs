namespace CurveRbd.Cli;

/// <summary>--no-progress of the commands that take long.</summary>
internal static class ProgressOptions
{
    public static readonly Switch NoProgress = new("no-progress", "print no progress");
}
