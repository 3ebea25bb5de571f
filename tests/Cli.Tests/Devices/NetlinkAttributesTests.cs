using System.Text;
using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Tests;

public sealed class NetlinkAttributesTests
{
    [Fact]
    public void Attributes_have_the_kernel_s_layout()
    {
        NetlinkAttributes inner = new NetlinkAttributes().U32(1, 0x01020304);

        byte[] bytes = new NetlinkAttributes().Text(10, "abcd").Nest(7, inner).Written.ToArray();

        // Length, type, "abcd" with its zero, filled up; length, type with the nested bit, the attribute inside.
        Assert.Equal("09000A006162636400000000" + "0C000780" + "0800010004030201", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Find_returns_the_value_or_nothing()
    {
        ReadOnlySpan<byte> bytes = new NetlinkAttributes().Text(3, "x").U32(1, 7).Written;

        Assert.Equal(7u, BitConverter.ToUInt32(NetlinkAttributes.Find(bytes, 1)));
        Assert.Equal("x\0", Encoding.UTF8.GetString(NetlinkAttributes.Find(bytes, 3)));
        Assert.True(NetlinkAttributes.Find(bytes, 2).IsEmpty);
    }

    [Theory]
    [InlineData("0300010001")] // shorter than its own header
    [InlineData("FF00010001020304")] // longer than the message
    public void Find_malformed_attribute_is_nothing(string bytes) =>
        Assert.True(NetlinkAttributes.Find(Convert.FromHexString(bytes), 1).IsEmpty);
}
