using System.Text;

namespace CurveRbd.Brpc.Tests;

public class FrameHeaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200")]              // a peer that speaks another protocol on the port
    [InlineData("H")]                         // wrong from its first byte: no need to wait for more
    [InlineData("PRPC\u0010\0\0\0\0\0\0\0")]  // little-endian length: 256 MiB
    [InlineData("PRPC\0\0\0\u0001\0\0\0\u0002")] // meta longer than the body
    [InlineData("PRPC\0\u0010\0\0\0\u0008\0\0")] // meta of 512 KiB
    public void TryRead_malformed_header_throws_ProtocolException(string sent)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(sent);

        Assert.Throws<ProtocolException>(() => FrameHeader.TryRead(bytes, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PR")]
    [InlineData("PRPC\0\0\0\u0001\0\0\0")]
    public void TryRead_cut_header_asks_for_more(string sent)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(sent);

        bool isWhole = FrameHeader.TryRead(bytes, out _);

        Assert.False(isWhole);
    }
}
