using System.Text;
using CsCheck;
using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class ConfFileTests
{
    private static readonly string[] s_pieces =
        ["[", "]", "=", "\\", "\n", "\"", "'", "#", ";", " ", "global", "log_file", "\r", "\0", "\u00ff"];

    private static readonly string[] s_values =
        ["-", "1", "9999999999", "K", "i", ".", "/", " ", "s", "true", "$name", "${", "e", "\u00ff", ":"];

    [Theory]
    [InlineData("[global]\nlog_file = a b  # c\n", "a b")]
    [InlineData("[global]\nlog_file = a ; c\n", "a")]
    [InlineData("[global]\nlog   file = z\n", "z")]
    [InlineData("[global]\n\tlog_file\t=\tz\t\n", "z")]
    [InlineData("[global]\nlog file = a \\\n   b\n", "a    b")]
    [InlineData("[global]\nlog_file = a \\\n# b\n", "a")]
    [InlineData("[global]\nlog_file = a\\#b\\;c\\\\d\n", "a#b;c\\d")]
    [InlineData("[global]\nlog_file = a=b\n", "a=b")]
    [InlineData("[global]\nlog_file==x\n", "=x")]
    [InlineData("[global]\nlog_file = \"a\\\"b\" # c\n", "a\"b")]
    [InlineData("[global]\nlog_file = '  a '\n", "a")]
    [InlineData("[global]\nlog_file = 'a # b; c'\n", "a # b; c")]
    [InlineData("[global]\nlog_file = a \"b\" c\n", "a \"b\" c")]
    [InlineData("[global]\nlog_file = \"\"\n", "")]
    [InlineData("[global]\nlog_file=g\nlog_file=h\n", "h")]
    [InlineData("[global] # comment\nlog_file=z", "z")]
    [InlineData("[global]\r\nlog_file = z\r\n", "z")]
    [InlineData("\uFEFF[global]\nlog_file = z\n", "z")]
    [InlineData("[ global ]\nlog_file=z\n", "")]
    [InlineData("[global]\nlog-file = x\nLog_File = x\n", "")]
    [InlineData("[client]\nlog_file=c\n[global]\nlog_file=g\n", "c")]
    [InlineData("[client.admin]\nlog_file=a\n[client]\nlog_file=c\n[global]\nlog_file=g\n", "a")]
    [InlineData("[client.glance]\nlog_file=a\n[mon]\nlog_file=m\n", "")]
    [InlineData("", "")]
    public void ReadFile_text_gives_value(string text, string value)
    {
        using var directory = new TemporaryDirectory();
        var conf = new CephConf("ceph", EntityName.Admin);

        conf.ReadFile(directory.Write("ceph.conf", text));

        Assert.Equal(value, conf.GetText("log_file"));
    }

    [Theory]
    [InlineData("log_file = top\n[global]\n")]
    [InlineData("[global]\ngarbage\n")]
    [InlineData("[global\nlog_file=z\n")]
    [InlineData("[]\n")]
    [InlineData("[x]]\n")]
    [InlineData("[glo#bal]\n")]
    [InlineData("[global]log_file=z\n")]
    [InlineData("[global]\nlog_file\n")]
    [InlineData("[global]\n= x\n")]
    [InlineData("[global]\nlog_file: z\n")]
    [InlineData("[global]\nlog_file = \"unterminated\n")]
    [InlineData("[global]\nlog_file = \"a\" junk\n")]
    public void ReadFile_wrong_grammar_is_EINVAL(string text)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write("ceph.conf", text);

        StorageException error = Refusal.Of(Errno.EINVAL, () => new CephConf("ceph", EntityName.Admin).ReadFile(path));

        Assert.StartsWith($"{path}, line ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFile_wrong_value_of_one_option_leaves_the_others()
    {
        using var directory = new TemporaryDirectory();
        var conf = new CephConf("ceph", EntityName.Admin);

        conf.ReadFile(directory.Write("ceph.conf", "[global]\nrbd_cache = maybe\nunknown key = 5\nlog_file = z\n"));

        Assert.True(conf.GetBool("rbd_cache"));
        Assert.Equal("z", conf.GetText("log_file"));
    }

    [Fact]
    public void ReadFile_second_file_adds_to_the_first()
    {
        using var directory = new TemporaryDirectory();
        var conf = new CephConf("ceph", EntityName.Admin);

        conf.ReadFile(directory.Write("1", "[global]\nlog_file=1\nkeyring=a\n"));
        conf.ReadFile(directory.Write("2", "[global]\nlog_file=2\n"));

        Assert.Equal(("2", "a"), (conf.GetText("log_file"), conf.GetText("keyring")));
    }

    [Fact]
    public void ReadFile_list_takes_the_first_that_can_be_read()
    {
        using var directory = new TemporaryDirectory();
        var conf = new CephConf("ceph", EntityName.Admin);

        conf.ReadFile($"/nonexistent,{directory.Path},{directory.Write("1", "[global]\nlog_file=1\n")}");

        Assert.Equal("1", conf.GetText("log_file"));
    }

    [Theory]
    [InlineData("/nonexistent")]
    [InlineData("/tmp")]
    [InlineData("")]
    [InlineData(",")]
    public void ReadFile_missing_file_or_directory_is_ENOENT(string path) =>
        Refusal.Of(Errno.ENOENT, () => new CephConf("ceph", EntityName.Admin).ReadFile(path));

    [Fact]
    public void ReadFile_value_of_any_bytes_comes_back_unchanged()
    {
        using var directory = new TemporaryDirectory();
        byte[] value = [0xff, 0x80, 0xc3, 0x28, 0x01];
        var conf = new CephConf("ceph", EntityName.Admin);

        conf.ReadFile(directory.Write("c", [.. "[global]\nlog_file="u8, .. value, (byte)'\n']));

        Assert.Equal(value, conf.Get("log_file").ToBytes());
    }

    [Fact]
    public void Parse_any_bytes_gives_sections_or_EINVAL()
    {
        Gen<string> piece = Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]);

        Gen.OneOf(Gen.Byte.Array[0, 60], piece.Array[0, 40].Select(pieces => Encoding.Latin1.GetBytes(string.Concat(pieces))))
            .Sample(content =>
            {
                try
                {
                    ConfFile.Parse("fuzz", content);
                    return true;
                }
                catch (StorageException error)
                {
                    return error.Errno == Errno.EINVAL;
                }
            });
    }

    [Fact]
    public void Set_any_value_of_any_option_is_taken_or_refused()
    {
        Option[] options = [.. OptionTable.All];
        Gen<string> piece = Gen.Int[0, s_values.Length - 1].Select(i => s_values[i]);

        Gen.Select(Gen.Int[0, options.Length - 1], piece.Array[0, 6].Select(string.Concat)).Sample((index, value) =>
        {
            var conf = new CephConf("ceph", EntityName.Admin);
            try
            {
                conf.Set(options[index].Name, value);
                conf.Get(options[index].Name);
                return true;
            }
            catch (StorageException error)
            {
                return error.Errno is Errno.EINVAL or Errno.ERANGE;
            }
        });
    }
}
