using System.Text.RegularExpressions;

namespace CurveRbd.Architecture.Tests;

/// <summary>Habits of CONTRIBUTING.md that a program can check.</summary>
public partial class TidinessTests
{
    // Longer files had two jobs, each time. Tables are long and have one.
    private const int LinesMax = 600;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly string[] s_textEndings = [".cs", ".csproj", ".props", ".md", ".sh", ".py", ".c", ".h", ".tsv", ".conf"];

    [Fact]
    public void Text_has_no_leftovers()
    {
        string self = Path.Combine("tests", "Architecture.Tests", "TidinessTests.cs");

        IEnumerable<string> leftovers = Repository.FilesUnder(".").Where(IsText).Where(path => path != self)
            .SelectMany(path => Leftover().Matches(Repository.ReadText(path)).Select(match => $"{path}: {match.Value}"));

        Assert.Empty(leftovers);
    }

    [Fact]
    public void File_is_named_after_its_type()
    {
        IEnumerable<string> misnamed = Repository.SourceProjects.SelectMany(Repository.CodeOf)
            .Where(path => Path.GetFileName(path) is not ("Program.cs" or "AssemblyInfo.cs" or "GlobalUsings.cs"))
            .Where(path => !DeclaresItsName(path));

        Assert.Empty(misnamed);
    }

    [Fact]
    public void Code_files_stay_readable_in_length()
    {
        IEnumerable<string> tooLong = Repository.SourceProjects.SelectMany(Repository.CodeOf)
            .Select(path => (Path: path, Lines: Repository.ReadText(path).Count(character => character == '\n')))
            .Where(file => file.Lines > LinesMax)
            .Select(file => $"{file.Path}: {file.Lines} lines");

        Assert.Empty(tooLong);
    }

    private static bool IsText(string path) => s_textEndings.Contains(Path.GetExtension(path));

    private static bool DeclaresItsName(string path)
    {
        string name = Path.GetFileName(path).Split('.')[0];
        return Regex.IsMatch(Repository.ReadText(path), $@"\b(class|struct|interface|enum|record|delegate [^;]*?)\s+{name}\b", RegexOptions.ExplicitCapture, s_patience);
    }

    // Work that nobody owns, the paths of one developer's machine, and code that hides from its readers.
    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|/work/|/tmp/(wt|team)\b|#region|async void|\bissue #?\d+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Leftover();
}
