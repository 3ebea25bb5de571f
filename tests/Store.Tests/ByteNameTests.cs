namespace CurveRbd.Store.Tests;

public class ByteNameTests
{
    [Theory]
    [InlineData("vm-7.disk_1", "vm-7.disk_1")]
    [InlineData(".hidden", "%2Ehidden")]
    [InlineData("..", "%2E.")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("50%", "50%25")]
    [InlineData("é", "%C3%A9")]
    [InlineData("", "")]
    public void Encode_is_safe_as_a_file_name_and_comes_back(string name, string encoded)
    {
        Assert.Equal(encoded, ByteName.FromText(name).Encode());
        Assert.Equal(ByteName.FromText(name), ByteName.Decode(encoded));
    }

    [Fact]
    public void Encode_every_byte_comes_back()
    {
        byte[] all = [.. Enumerable.Range(1, 255).Select(i => (byte)i)];

        ByteName back = ByteName.Decode(ByteName.FromBytes(all).Encode());

        Assert.Equal(all, back.ToBytes());
    }

    [Theory]
    [InlineData("%")]
    [InlineData("a%2")]
    [InlineData("%GG")]
    public void Decode_of_what_Encode_never_makes_is_a_FormatException(string encoded) =>
        Assert.Throws<FormatException>(() => ByteName.Decode(encoded));

    [Fact]
    public void CompareTo_orders_by_bytes_and_not_by_text()
    {
        ByteName[] names = [ByteName.FromBytes([0xFF]), ByteName.FromText("b"), ByteName.FromText("B"), ByteName.FromBytes([0x80])];

        Assert.Equal(["42", "62", "80", "FF"], names.Order().Select(name => Convert.ToHexString(name.ToBytes())));
    }
}
