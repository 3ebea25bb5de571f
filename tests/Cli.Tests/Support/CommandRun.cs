using System.Text;

namespace CurveRbd.Cli.Tests;

/// <summary>What a command left: its exit status and what it printed.</summary>
internal sealed record CommandRun(int ExitCode, byte[] OutputBytes, byte[] ErrorBytes)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Error => Encoding.UTF8.GetString(ErrorBytes);

    /// <summary>Stderr without the library's log lines, which nobody parses.</summary>
    public string Messages => string.Concat(Error.Split('\n').Where(line => !line.Contains(" -1 librbd: ", StringComparison.Ordinal))
        .Select(line => line + "\n")).TrimEnd('\n');
}
