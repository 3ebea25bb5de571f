using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace CurveRbd.Architecture.Tests;

/// <summary>The checked-out tree as text.</summary>
internal static class Repository
{
    private static readonly string[] s_notOurs = [".git", "bin", "obj", "out", "TestResults", "__pycache__"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> SourceProjects { get; } = FilesUnder("src").Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

    public static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    public static XElement Load(string path) => XElement.Load(Path.Combine(Root, path));

    public static string ReadText(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>All files that belong to the project, relative to the root, in order.</summary>
    public static IEnumerable<string> FilesUnder(string directory) =>
        Walk(Path.Combine(Root, directory)).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);

    public static IEnumerable<string> CodeOf(string project) =>
        FilesUnder(Path.GetDirectoryName(project)!).Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> Walk(string directory)
    {
        if (s_notOurs.Contains(Path.GetFileName(directory)))
            return [];
        return Directory.GetFiles(directory).Concat(Directory.GetDirectories(directory).SelectMany(Walk));
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        string? directory = Path.GetDirectoryName(thisFile);
        while (directory is not null && !File.Exists(Path.Combine(directory, "CurveRbd.slnx")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException($"no CurveRbd.slnx above {thisFile}");
    }
}
