namespace CurveRbd.Architecture.Tests;

/// <summary>The dependency arrows of ARCHITECTURE.md, read from the project files.</summary>
public class ArrowTests
{
    // What each project may name directly. A new project gets a line here and in ARCHITECTURE.md.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Store"] = [],
        ["Local"] = ["Store"],
        ["Rados"] = ["Store"],
        ["Rbd"] = ["Store", "Rados"],
        ["Brpc"] = [],
        ["Curve.Messages"] = [],
        ["Curve"] = ["Store", "Brpc", "Curve.Messages"],
        ["Etcd"] = ["Store"],
        ["Stores"] = ["Store", "Rados", "Local", "Curve", "Etcd"],
        ["Native"] = ["Store", "Rados", "Rbd", "Stores"],
        ["Cli"] = ["Store", "Rados", "Rbd", "Stores"],
    };

    public static TheoryData<string> Projects => [.. Repository.SourceProjects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_of_a_project_point_down(string project)
    {
        string[] allowed = s_allowed[Repository.NameOf(project)];

        IEnumerable<string> references = Repository.Load(project).Descendants("ProjectReference")
            .Select(reference => Repository.NameOf(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(references.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Unsafe_code_is_allowed_in_Native_only(string project)
    {
        bool isNative = Repository.NameOf(project) == "Native";

        bool allowed = Repository.Load(project).Descendants("AllowUnsafeBlocks").Any(element => element.Value == "true");

        Assert.True(isNative || !allowed, $"{project} allows unsafe blocks; pointers live in Native alone");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Imports_of_C_functions_stand_in_one_file(string project)
    {
        bool isNative = Repository.NameOf(project) == "Native";

        IEnumerable<string> importing = Repository.CodeOf(project).Where(path => Repository.ReadText(path).Contains("[DllImport(", StringComparison.Ordinal));

        Assert.True(isNative || importing.Count() <= 1, $"{project} imports C functions in {string.Join(", ", importing)}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Libraries_never_print_to_the_host_s_standard_output(string project)
    {
        bool isProgram = Repository.NameOf(project) == "Cli";

        IEnumerable<string> printing = Repository.CodeOf(project).Where(path => PrintsToStandardOutput(Repository.ReadText(path)));

        Assert.True(isProgram || !printing.Any(), $"standard output belongs to the host: {string.Join(", ", printing)}");
    }

    [Fact]
    public void Solution_names_every_project()
    {
        string solution = Repository.ReadText("CurveRbd.slnx");

        IEnumerable<string> missing = Repository.FilesUnder(".")
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    private static bool PrintsToStandardOutput(string code) =>
        code.Contains("Console.Write", StringComparison.Ordinal) || code.Contains("Console.Out", StringComparison.Ordinal)
        || code.Contains("OpenStandardOutput", StringComparison.Ordinal);
}
