namespace CurveRbd.Cli.Tests;

public class ArgumentParserTests
{
    private static readonly Option<ulong> s_size = new("size", 's', "", ByteSize.TryParseMebibytes);
    private static readonly Option<ulong> s_width = new("width", "", ulong.TryParse) { QuotesValue = true };
    private static readonly Switch s_long = new("long", 'l', "");
    private static readonly Switch s_all = new("all", 'a', "");
    private static readonly Positional s_image = new("image", "");
    private static readonly Positional s_other = new("other", "");

    [Theory]
    [InlineData("x --size 2")]
    [InlineData("--size 2 x")]
    [InlineData("--size=2 x")]
    [InlineData("x -s 2")]
    [InlineData("-s2 x")]
    [InlineData("-las2 x")]
    [InlineData("-la -s 2 -- x")]
    public void Parse_option_in_any_place_and_spelling_is_found(string line)
    {
        ParsedArguments arguments = Parse(line);

        Assert.Equal(2ul << 20, arguments.Get(s_size, 0ul));
        Assert.Equal("x", arguments.NextWord());
        Assert.Null(arguments.NextWord());
    }

    [Fact]
    public void Parse_after_double_dash_takes_options_as_words()
    {
        ParsedArguments arguments = Parse("-- --size -l");

        Assert.Equal("--size", arguments.NextWord());
        Assert.Equal("-l", arguments.NextWord());
        Assert.False(arguments.Has(s_long));
    }

    [Fact]
    public void Parse_single_dash_is_a_word()
    {
        Assert.Equal("-", Parse("-").NextWord());
    }

    [Theory]
    [InlineData("--bogus", "unrecognised option '--bogus'")]
    [InlineData("--bogus=3", "unrecognised option '--bogus=3'")]
    [InlineData("--siz 1", "unrecognised option '--siz'")]
    [InlineData("-z", "unrecognised option '-z'")]
    [InlineData("-lz", "unrecognised option '-lz'")]
    [InlineData("--size", "the required argument for option '--size' is missing")]
    [InlineData("-s", "the required argument for option '--size' is missing")]
    [InlineData("--size=", "the argument for option '--size' should follow immediately after the equal sign")]
    [InlineData("--size x", "the argument for option '--size' is invalid")]
    [InlineData("--size --long", "the argument for option '--size' is invalid")]
    [InlineData("-s=1", "the argument for option '--size' is invalid")]
    [InlineData("--width x", "the argument ('x') for option '--width' is invalid")]
    [InlineData("--width -1", "the argument ('-1') for option '--width' is invalid")]
    [InlineData("--long=1", "option '--long' does not take any arguments")]
    [InlineData("-l --long", "option '--long' cannot be specified more than once")]
    [InlineData("--size 1 --size 2", "option '--size' cannot be specified more than once")]
    [InlineData("a b c", "too many arguments")]
    public void Parse_wrong_line_says_what_Ceph_says(string line, string expected)
    {
        var error = Assert.Throws<UsageException>(() => Parse(line));

        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void Parse_refused_word_says_what_Ceph_says()
    {
        var parser = new ArgumentParser([], [s_image, new("feature", "", IsRepeatable: true, Accepts: text => text == "good")]);

        var error = Assert.Throws<UsageException>(() => parser.Parse(["a", "good", "good", "bad"]));

        Assert.Equal("the argument for option is invalid", error.Message);
    }

    private static ParsedArguments Parse(string line) =>
        new ArgumentParser([s_size, s_width, s_long, s_all], [s_image, s_other]).Parse(line.Split(' '));
}
