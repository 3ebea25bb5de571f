namespace CurveRbd.Cli.Tests;

public class DataRunsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0000", "")]
    [InlineData("1000", "0..2")]
    [InlineData("0010", "2..4")]
    [InlineData("0001", "2..4")]
    [InlineData("11110011", "0..4 6..8")]
    [InlineData("00000", "")]
    [InlineData("00001", "4..5")]
    [InlineData("10101", "0..5")]
    [InlineData("1000010", "0..2 4..6")]
    public void Find_gives_the_runs_between_blocks_of_zeros(string digits, string expected)
    {
        byte[] buffer = [.. digits.Select(digit => (byte)(digit - '0'))];

        string runs = string.Join(' ', DataRuns.Find(buffer, 2).Select(run => $"{run.Start.Value}..{run.End.Value}"));

        Assert.Equal(expected, runs);
    }

    [Fact]
    public void Find_random_buffers_leaves_out_only_zeros()
    {
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            byte[] buffer = [.. Enumerable.Range(0, random.Next(100)).Select(_ => (byte)(random.Next(6) == 0 ? 1 : 0))];
            var copy = new byte[buffer.Length];
            foreach (Range run in DataRuns.Find(buffer, 8))
                buffer.AsSpan(run).CopyTo(copy.AsSpan(run));

            Assert.Equal(buffer, copy);
        }
    }
}
