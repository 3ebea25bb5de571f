using System.Text;
using CurveRbd.Cli.Ceph;

namespace CurveRbd.Cli.Tests;

public sealed class CommandLineMatcherTests : IDisposable
{
    // Shapes of parameters as monitors describe them, not one cluster's commands.
    private const string Descriptions = """
        {
          "cmd000":{"sig":["osd","pool","get",{"name":"pool","type":"CephPoolname"},
            {"name":"var","strings":"size|min_size","type":"CephChoices"}],"help":"get a value","flags":0},
          "cmd001":{"sig":["osd","pool","create",{"name":"pool","type":"CephPoolname"},
            {"name":"pg_num","range":"0","req":"false","type":"CephInt"},{"name":"pgp","range":"0|5","req":"false","type":"CephInt"},
            {"name":"x","req":"false","type":"CephBool"},{"name":"f","req":"false","type":"CephFloat","range":"0.0|1.0"}],
            "help":"create a pool","flags":0},
          "cmd002":{"sig":["auth","add",{"name":"entity","type":"CephString"},
            {"name":"caps","n":"N","req":"false","type":"CephString"}],"help":"add","flags":0},
          "cmd003":{"sig":["status"],"help":"show status","flags":0},
          "cmd004":{"sig":["df",{"name":"detail","strings":"detail","req":"false","type":"CephChoices"}],"help":"show space","flags":0},
          "cmd005":{"sig":["old"],"help":"gone","flags":2},
          "cmd006":{"sig":["hidden"],"help":"not shown","flags":32},
          "cmd007":{"sig":["pg","stat"],"help":"of the manager","flags":8},
          "cmd008":{"sig":["osd","pool","delete",{"name":"pool","type":"CephPoolname"},
            {"name":"pool2","type":"CephPoolname","req":"false"},{"name":"yes_i_really_really_mean_it","type":"CephBool","req":"false"}],
            "help":"delete","flags":0}
        }
        """;

    private readonly MemoryStream _error = new();

    private string Printed => Encoding.UTF8.GetString(_error.ToArray());

    public void Dispose() => _error.Dispose();

    [Theory]
    [InlineData("status", """{"prefix":"status"}""")]
    [InlineData("df", """{"prefix":"df"}""")]
    [InlineData("df detail", """{"prefix":"df","detail":"detail"}""")]
    [InlineData("osd pool get rbd size", """{"prefix":"osd pool get","pool":"rbd","var":"size"}""")]
    [InlineData("osd pool get --var size --pool rbd", """{"prefix":"osd pool get","var":"size","pool":"rbd"}""")]
    [InlineData("osd pool create p", """{"prefix":"osd pool create","pool":"p"}""")]
    [InlineData("osd pool create p 8", """{"prefix":"osd pool create","pool":"p","pg_num":8}""")]
    [InlineData("osd pool create p --x", """{"prefix":"osd pool create","pool":"p","x":true}""")]
    [InlineData("osd pool create p 3 4 true", """{"prefix":"osd pool create","pool":"p","pg_num":3,"pgp":4,"x":true}""")]
    [InlineData("osd pool create p --pg-num=3 --pgp 4", """{"prefix":"osd pool create","pool":"p","pg_num":3,"pgp":4}""")]
    [InlineData("osd pool create p 3 4 --f 0.5", """{"prefix":"osd pool create","pool":"p","pg_num":3,"pgp":4,"f":0.5}""")]
    [InlineData("osd pool create p 0.5", """{"prefix":"osd pool create","pool":"p","f":0.5}""")]
    [InlineData("auth add client.a mon allow osd", """{"prefix":"auth add","entity":"client.a","caps":["mon","allow","osd"]}""")]
    [InlineData(
        "osd pool delete p p --yes-i-really-really-mean-it",
        """{"prefix":"osd pool delete","pool":"p","pool2":"p","yes_i_really_really_mean_it":true}""")]
    public void Match_line_of_a_command_becomes_its_JSON(string line, string expected)
    {
        MonRequest? request = Match(line);

        Assert.Equal(expected, request?.ToJson(null));
        Assert.Equal("", Printed);
    }

    [Fact]
    public void ToJson_adds_the_format_that_was_asked_for()
    {
        Assert.Equal("""{"prefix":"status","format":"json-pretty"}""", Match("status")!.ToJson("json-pretty"));
    }

    [Fact]
    public void Match_command_of_the_manager_is_marked()
    {
        Assert.True(Match("pg stat")!.Command.IsForManager);
        Assert.False(Match("status")!.Command.IsForManager);
    }

    [Theory]
    [InlineData("osd pool get", "missing required parameter pool(<poolname>)", "osd pool get <pool> size|min_size :  get a value")]
    [InlineData("osd pool get rbd", "missing required parameter var(size|min_size)", "osd pool get <pool> size|min_size :  get a value")]
    [InlineData("osd pool get rbd foo", "foo not in size|min_size", "osd pool get <pool> size|min_size :  get a value")]
    [InlineData("osd pool get rbd size x", "unused arguments: ['x']", "osd pool get <pool> size|min_size :  get a value")]
    [InlineData("status x", "unused arguments: ['x']", "status :  show status")]
    [InlineData("auth add", "missing required parameter entity(<string>)", "auth add <entity> [<caps>...] :  add")]
    [InlineData(
        "osd pool create p --nosuch", "Unexpected argument '--nosuch'",
        "osd pool create <pool> [<pg_num:int>] [<pgp:int>] [--x] [<f:float>] :  create a pool")]
    public void Match_wrong_arguments_say_what_Ceph_says(string line, string reason, string signature)
    {
        Assert.Null(Match(line));

        Assert.Equal($"Invalid command: {reason}\n{signature}\n", Printed);
    }

    [Fact]
    public void Match_word_that_no_optional_parameter_takes_is_explained()
    {
        Assert.Null(Match("df foo"));

        Assert.Equal("foo not valid:  foo not in detail\nInvalid command: unused arguments: ['foo']\ndf [detail] :  show space\n", Printed);
    }

    [Theory]
    [InlineData("osd pool", 3)]
    [InlineData("osd poo get x size", 3)]
    [InlineData("bogus", 7)] // all but the obsolete and the hidden one
    [InlineData("old", 7)]
    public void Match_no_command_lists_the_nearest(string line, int proposals)
    {
        Assert.Null(Match(line));

        string[] lines = Printed.TrimEnd('\n').Split('\n');
        Assert.Equal($"no valid command found; {proposals} closest matches:", lines[0]);
        Assert.Equal(proposals, lines.Length - 1);
    }

    private MonRequest? Match(string line)
    {
        IReadOnlyList<CommandSignature> commands = CommandSignature.ParseAll(Encoding.UTF8.GetBytes(Descriptions));
        return new CommandLineMatcher(commands, new Terminal(Stream.Null, Stream.Null, _error)).Match(line.Split(' '));
    }
}
