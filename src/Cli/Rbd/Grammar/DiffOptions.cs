using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The options of commands about what changed in an image.</summary>
internal static class DiffOptions
{
    public static readonly Option<string> FromSnapshot = SpecOptions.Text("from-snap", "snapshot to start from");
    public static readonly Switch WholeObject = new("whole-object", "whole objects");

    public static ByteName? FindFromSnapshot(ParsedArguments arguments) =>
        arguments.Find(FromSnapshot) is { Length: > 0 } name ? NativeText.ToName(name) : default(ByteName?);
}
