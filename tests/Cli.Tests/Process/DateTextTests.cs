using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public class DateTextTests
{
    [Fact]
    public async Task ParseAsync_reads_what_date_reads()
    {
        DateTimeOffset time = await DateText.ParseAsync("2026-12-24 18:00:00 UTC + 90 minutes", CancellationToken.None);

        Assert.Equal(new DateTimeOffset(2026, 12, 24, 19, 30, 0, TimeSpan.Zero), time);
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("now; touch /tmp/x")]
    [InlineData("@9223372036854775807")]
    public async Task ParseAsync_of_no_date_is_EINVAL(string text)
    {
        var error = await Assert.ThrowsAsync<CommandException>(() => DateText.ParseAsync(text, CancellationToken.None));

        Assert.Equal((int)Errno.EINVAL, error.ExitCode);
        Assert.Equal("error calling /bin/date: (22) Invalid argument", error.Line);
        Assert.Contains(text, error.InnerException!.Message);
    }
}
