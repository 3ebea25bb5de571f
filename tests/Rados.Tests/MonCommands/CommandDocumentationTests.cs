using System.Runtime.CompilerServices;
using System.Text;

namespace CurveRbd.Rados.Tests;

/// <summary>docs/ceph-commands.md lists the commands that there are. With CURVERBD_WRITE_DOCS set, it is written instead of compared.</summary>
public sealed class CommandDocumentationTests
{
    private const string Heading = "## All commands";

    [Fact]
    public void Page_lists_every_command()
    {
        string path = PagePath();
        string page = File.ReadAllText(path);
        string expected = page[..page.IndexOf(Heading, StringComparison.Ordinal)] + Table();

        if (Environment.GetEnvironmentVariable("CURVERBD_WRITE_DOCS") is not null)
            File.WriteAllText(path, expected);

        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static string Table()
    {
        var table = new StringBuilder(Heading + "\n\n| Command | What it does | Permission |\n|---|---|---|\n");
        foreach (MonCommand command in MonCommands.All)
        {
            string words = string.Join(' ', command.Parameters.Select(Word));
            table.Append($"| `{words.Replace("|", "\\|", StringComparison.Ordinal)}` | {command.Help} | {command.Permissions} |\n");
        }

        return table.ToString();
    }

    private static string Word(CommandParameter parameter)
    {
        if (parameter.Name is null)
            return parameter.Type;
        string shown = parameter.Properties.GetValueOrDefault("strings", $"<{parameter.Name}>") + (parameter.Properties.ContainsKey("n") ? "..." : "");
        return parameter.IsRequired ? shown : $"[{shown}]";
    }

    private static string PagePath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/ceph-commands.md"));
}
