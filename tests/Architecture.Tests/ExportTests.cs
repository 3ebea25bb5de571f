using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CurveRbd.Architecture.Tests;

/// <summary>The table of exports, the C# functions behind it and the page that users read agree.</summary>
public partial class ExportTests
{
    private static readonly string[][] s_table = Repository.ReadText("src/Native/exports.tsv")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split('\t')).ToArray();

    private static readonly HashSet<string> s_versioned = s_table.Where(row => row[3] != "-").Select(row => row[2]).ToHashSet();

    private static readonly List<Match> s_exports = Repository.CodeOf("src/Native/Native.csproj")
        .SelectMany(path => Export().Matches(Repository.ReadText(path))).ToList();

    // What the C libraries themselves call.
    private static readonly HashSet<string> s_internal =
        ["curverbd_start", "curverbd_completion_begin", "curverbd_completion_cancel", "curverbd_completion_finish"];

    [Fact]
    public void Table_names_every_function_once_in_each_form()
    {
        IEnumerable<string> keys = s_table.Select(SymbolOf);

        Assert.Equal(544, keys.Distinct().Count());
        Assert.Equal(s_table.Length, keys.Distinct().Count());
        Assert.Equal(540, s_table.Select(row => row[2]).Distinct().Count());
    }

    [Fact]
    public void Functions_called_implemented_are_exactly_those_in_the_code()
    {
        IEnumerable<string> promised = s_table.Where(row => row[6] == "implemented").Select(SymbolOf).Concat(s_internal);

        IEnumerable<string> written = s_exports.Select(export => export.Groups["entry"].Value);

        Assert.Equal(promised.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Prototype_above_each_export_is_that_of_the_table()
    {
        Dictionary<string, string> prototypes = s_table.ToDictionary(SymbolOf, row => row[7]);

        IEnumerable<string> wrong = s_exports.Where(export => !s_internal.Contains(export.Groups["entry"].Value))
            .Where(export => !export.Groups["comment"].Value.EndsWith(prototypes[export.Groups["entry"].Value], StringComparison.Ordinal))
            .Select(export => export.Groups["entry"].Value);

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_exception_leaves_an_export()
    {
        IEnumerable<string> open = s_exports.Where(export => !Guarded().IsMatch(export.Groups["body"].Value))
            .Select(export => export.Groups["entry"].Value);

        Assert.Empty(open);
    }

    [Fact]
    public void Compatibility_page_is_what_the_table_makes()
    {
        var awk = new ProcessStartInfo("awk", ["-f", "src/Native/compatibility.awk", "src/Native/exports.tsv"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        using var running = Process.Start(awk)!;
        string page = running.StandardOutput.ReadToEnd();

        Assert.Equal(page, Repository.ReadText("docs/compatibility.md"));
    }

    // A function with a versioned form has an older one, without a version, that is written separately.
    private static string SymbolOf(string[] row) =>
        $"curverbd_{row[2]}{(row[3] == "-" && s_versioned.Contains(row[2]) ? "_base" : "")}";

    [GeneratedRegex(
        """    // (?<comment>[^\n]*)\n    \[UnmanagedCallersOnly\(EntryPoint = "(?<entry>\w+)"\)\]\n    public static [^{]*\n    \{\n(?<body>.*?)\n    \}\n""",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Export();

    [GeneratedRegex("""^        try\n        \{\n.*\n        \}\n        catch \(Exception error\)\n        \{\n(            [^\n]*\n)+        \}$""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Guarded();
}
