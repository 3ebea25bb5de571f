using Microsoft.Extensions.Logging;

namespace CurveRbd.Rados.Tests;

public sealed class CephLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CephConf _conf = new("ceph", EntityName.Admin);
    private readonly CephLog _log;
    private readonly SubsystemLogger _rbd;

    public CephLogTests()
    {
        _log = new CephLog(_conf, TimeProvider.System);
        _rbd = new SubsystemLogger(_log, "rbd");
        _conf.Set("log_file", LogPath);
    }

    private string LogPath => Path.Combine(_directory.Path, "$name.log".Replace("$name", "client.admin", StringComparison.Ordinal));

    public void Dispose()
    {
        _log.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Log_error_is_a_line_as_Ceph_writes_it()
    {
        Write(LogLevel.Error, "image x is damaged");

        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} [0-9a-f]{12} -1 rbd: image x is damaged\n$", File.ReadAllText(LogPath));
    }

    [Theory]
    [InlineData("0/5", LogLevel.Information, false)]
    [InlineData("0/5", LogLevel.Warning, true)]
    [InlineData("5/5", LogLevel.Information, true)]
    [InlineData("5/5", LogLevel.Debug, false)]
    [InlineData("20/20", LogLevel.Trace, true)]
    public void IsEnabled_follows_the_debug_level(string debugRbd, LogLevel level, bool enabled)
    {
        _conf.Set("debug_rbd", debugRbd);

        Assert.Equal(enabled, _rbd.IsEnabled(level));
    }

    [Fact]
    public void IsEnabled_follows_a_level_that_changes_later()
    {
        Assert.False(_rbd.IsEnabled(LogLevel.Debug));

        _conf.Set("debug_rbd", "20");

        Assert.True(_rbd.IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void Log_file_that_changes_is_followed()
    {
        Write(LogLevel.Error, "one");
        string second = Path.Combine(_directory.Path, "second");

        _conf.Set("log_file", second);
        Write(LogLevel.Error, "two");

        Assert.EndsWith("rbd: one\n", File.ReadAllText(LogPath), StringComparison.Ordinal);
        Assert.EndsWith("rbd: two\n", File.ReadAllText(second), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_two_writers_of_one_file_keep_each_others_lines()
    {
        using var other = new CephLog(_conf, TimeProvider.System);
        Write(LogLevel.Error, "one");
        other.Write("rados", -1, 0, "two");
        Write(LogLevel.Error, "three");

        Assert.Equal(["one", "two", "three"], File.ReadLines(LogPath).Select(line => line.Split(' ')[^1]));
    }

    [Theory]
    [InlineData("/nonexistent/directory/log")]
    [InlineData("/tmp")]
    public void Log_file_that_cannot_be_written_is_no_error(string path)
    {
        _conf.Set("log_file", path);

        Write(LogLevel.Error, "x");
        Write(LogLevel.Error, "y");
    }

    private void Write(LogLevel level, string message) => _rbd.Log(level, default, message, null, (text, _) => text);
}
