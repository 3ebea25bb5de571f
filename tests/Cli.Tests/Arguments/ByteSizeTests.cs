namespace CurveRbd.Cli.Tests;

public class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1ul << 20)]
    [InlineData("01", 1ul << 20)]
    [InlineData("1B", 1)]
    [InlineData("1K", 1ul << 10)]
    [InlineData("1KB", 1ul << 10)]
    [InlineData("1Ki", 1ul << 10)]
    [InlineData("1KiB", 1ul << 10)]
    [InlineData("3M", 3ul << 20)]
    [InlineData("1G", 1ul << 30)]
    [InlineData("1T", 1ul << 40)]
    [InlineData("1P", 1ul << 50)]
    [InlineData("15E", 15ul << 60)]
    [InlineData("17592186044415", 17592186044415ul << 20)]
    public void TryParseMebibytes_size_with_or_without_unit_is_in_bytes(string text, ulong expected)
    {
        Assert.True(ByteSize.TryParseMebibytes(text, out ulong bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("+")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData(" 1")]
    [InlineData("1 M")]
    [InlineData("1m")]
    [InlineData("1b")]
    [InlineData("1i")]
    [InlineData("1iB")]
    [InlineData("1Bi")]
    [InlineData("1MiBB")]
    [InlineData("1KK")]
    [InlineData("10Q")]
    [InlineData("16E")]
    [InlineData("17592186044416")]
    [InlineData("99999999999999999999")]
    [InlineData("１")] // a digit, but not an ASCII one
    public void TryParseMebibytes_anything_else_is_refused(string text)
    {
        Assert.False(ByteSize.TryParseMebibytes(text, out _));
    }

    [Fact]
    public void TryParseBytes_without_unit_means_bytes()
    {
        Assert.True(ByteSize.TryParseBytes("4096", out ulong bytes));
        Assert.Equal(4096ul, bytes);
    }
}
