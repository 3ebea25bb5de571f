using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CurveRbd.Brpc.Tests;

/// <summary>The frames recorded from a real CurveBS, see tests/golden/README.md.</summary>
internal static class GoldenFrames
{
    public static IReadOnlyList<byte[]> All { get; } = Directory.GetFiles(Folder(), "*.jsonl")
        .SelectMany(File.ReadLines)
        .SelectMany(FramesOf)
        .ToArray();

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "golden");

    private static IEnumerable<byte[]> FramesOf(string line)
    {
        using JsonDocument exchange = JsonDocument.Parse(line);
        foreach (string side in new[] { "request", "response" })
        {
            if (exchange.RootElement.GetProperty(side).GetString() is { Length: > 0 } hex)
                yield return Convert.FromHexString(hex);
        }
    }
}
