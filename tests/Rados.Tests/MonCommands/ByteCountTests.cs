namespace CurveRbd.Rados.Tests;

public class ByteCountTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1, "1 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1025, "1.0 KiB")]
    [InlineData(1ul << 30, "1 GiB")]
    [InlineData(3435973837, "3.2 GiB")]
    [InlineData(875520, "855 KiB")]
    [InlineData(875521, "855 KiB")]
    [InlineData(16896, "16 KiB")] // 16.5, to even
    [InlineData(10698620, "10 MiB")]
    [InlineData((1ul << 20) - 1, "1024 KiB")]
    [InlineData(ulong.MaxValue, "16 EiB")]
    public void ToText_is_what_Ceph_prints(ulong bytes, string expected)
    {
        Assert.Equal(expected, ByteCount.ToText(bytes));
    }
}
