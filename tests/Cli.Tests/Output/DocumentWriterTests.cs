namespace CurveRbd.Cli.Tests;

public class DocumentWriterTests
{
    [Fact]
    public void Json_is_one_line()
    {
        Assert.Equal(
            """{"name":"a","list":["x","y"],"none":[],"size":3,"deep":{"ok":"true"}}""" + "\n",
            Write(new JsonDocumentWriter(isPretty: false)));
    }

    [Fact]
    public void Pretty_json_is_indented_by_four()
    {
        Assert.Equal(
            """
            {
                "name": "a",
                "list": [
                    "x",
                    "y"
                ],
                "none": [],
                "size": 3,
                "deep": {
                    "ok": "true"
                }
            }

            """,
            Write(new JsonDocumentWriter(isPretty: true)));
    }

    [Fact]
    public void Xml_names_every_element()
    {
        Assert.Equal(
            "<top><name>a</name><list><item>x</item><item>y</item></list><none></none><size>3</size><deep><ok>true</ok></deep></top>\n",
            Write(new XmlDocumentWriter(isPretty: false)));
    }

    [Theory]
    [InlineData("q\"\\/", "\"q\\\"\\\\/\"")]
    [InlineData("\n\t\u0001\u007f", "\"\\n\\t\\u0001\\u007f\"")]
    [InlineData("卷", "\"卷\"")]
    public void Json_strings_are_escaped(string value, string expected)
    {
        var writer = new JsonDocumentWriter(isPretty: false);
        writer.OpenArray("x");
        writer.String("y", value);
        writer.Close();

        Assert.Equal($"[{expected}]\n", writer.ToString());
    }

    [Fact]
    public void Xml_strings_are_escaped()
    {
        var writer = new XmlDocumentWriter(isPretty: false);
        writer.String("y", "<a>&\"'");

        Assert.Equal("<y>&lt;a&gt;&amp;&quot;&apos;</y>\n", writer.ToString());
    }

    private static string Write(DocumentWriter writer)
    {
        writer.OpenObject("top");
        writer.String("name", "a");
        writer.OpenArray("list");
        writer.String("item", "x");
        writer.String("item", "y");
        writer.Close();
        writer.OpenArray("none");
        writer.Close();
        writer.Number("size", 3);
        writer.OpenObject("deep");
        writer.Truth("ok", true);
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
