namespace CurveRbd.Architecture.Tests;

public class DependencyTests
{
    public static TheoryData<string> Packages =>
        [.. Repository.Load("Directory.Packages.props").Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_has_its_reason_in_the_dependency_list(string package)
    {
        string list = Repository.ReadText("docs/dependencies.md");

        Assert.Contains($"| {package} |", list, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_pins_its_packages_in_a_lock_file()
    {
        IEnumerable<string> unlocked = Repository.FilesUnder(".")
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(path => !File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, "packages.lock.json")));

        Assert.Empty(unlocked);
    }
}
