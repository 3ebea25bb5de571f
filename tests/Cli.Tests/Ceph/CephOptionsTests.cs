using CurveRbd.Cli.Ceph;

namespace CurveRbd.Cli.Tests;

public class CephOptionsTests
{
    [Theory]
    [InlineData("mon dump --format=json")]
    [InlineData("mon dump --format json")]
    [InlineData("--format json mon dump")]
    [InlineData("mon -f json dump")]
    [InlineData("mon dump -fjson")]
    public void Parse_format_in_any_place_is_taken_from_the_command(string line)
    {
        CephOptions options = CephOptions.Parse(line.Split(' '));

        Assert.Equal("json", options.Format);
        Assert.Equal(["mon", "dump"], options.Words);
    }

    [Fact]
    public void Parse_status_switch_is_a_command()
    {
        Assert.Equal(["status"], CephOptions.Parse(["-s"]).Words);
    }

    [Fact]
    public void Parse_options_of_the_command_are_left_to_it()
    {
        Assert.Equal(["osd", "pool", "delete", "p", "p", "--yes-i-really-really-mean-it"],
            CephOptions.Parse("osd pool delete p p --yes-i-really-really-mean-it --connect-timeout 3".Split(' ')).Words);
    }

    [Theory]
    [InlineData("-f table")]
    [InlineData("--format")]
    [InlineData("--connect-timeout soon")]
    [InlineData("--connect-timeout -1")]
    public void Parse_wrong_option_is_refused(string line)
    {
        Assert.Throws<UsageException>(() => CephOptions.Parse(line.Split(' ')));
    }
}
