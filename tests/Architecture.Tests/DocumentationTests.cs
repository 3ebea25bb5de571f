using System.Text.RegularExpressions;

namespace CurveRbd.Architecture.Tests;

public partial class DocumentationTests
{
    public static TheoryData<string> Pages =>
        [.. Repository.FilesUnder(".").Where(path => path.EndsWith(".md", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_of_a_page_lead_to_files(string page)
    {
        string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!);

        IEnumerable<string> broken = Link().Matches(Repository.ReadText(page)).Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains(':', StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)));

        Assert.Empty(broken);
    }

    [Fact]
    public void Chinese_readme_has_the_sections_of_the_English_one()
    {
        int english = Heading().Count(Repository.ReadText("README.md"));

        int chinese = Heading().Count(Repository.ReadText("README.zh-CN.md"));

        Assert.Equal(english, chinese);
    }

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^##? ", RegexOptions.Multiline, 10_000)]
    private static partial Regex Heading();
}
