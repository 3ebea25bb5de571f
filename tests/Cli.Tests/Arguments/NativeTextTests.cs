using System.Text;

namespace CurveRbd.Cli.Tests;

public class NativeTextTests
{
    [Theory]
    [InlineData("plain", new byte[] { 0x70, 0x6C, 0x61, 0x69, 0x6E })]
    [InlineData("卷😀", new byte[] { 0xE5, 0x8D, 0xB7, 0xF0, 0x9F, 0x98, 0x80 })]
    public void Decode_utf8_is_its_text(string text, byte[] bytes)
    {
        Assert.Equal(text, NativeText.Decode(bytes));
        Assert.Equal(bytes, NativeText.Encode(text));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x61, 0xE5, 0x8D })] // cut short
    [InlineData(new byte[] { 0xC0, 0x80 })] // overlong
    [InlineData(new byte[] { 0xED, 0xB0, 0x80 })] // a surrogate, as UTF-8 would spell it
    public void Encode_what_was_not_utf8_gives_the_same_bytes_back(byte[] bytes)
    {
        string text = NativeText.Decode(bytes);

        Assert.Equal(bytes, NativeText.Encode(text));
    }

    [Fact]
    public void Encode_random_bytes_gives_the_same_bytes_back()
    {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            var bytes = new byte[random.Next(20)];
            random.NextBytes(bytes);

            Assert.Equal(bytes, NativeText.Encode(NativeText.Decode(bytes)));
        }
    }

    [Fact]
    public void Encode_half_of_a_surrogate_pair_is_replaced()
    {
        Assert.Equal("\uFFFD", Encoding.UTF8.GetString(NativeText.Encode("\uD800")));
    }
}
