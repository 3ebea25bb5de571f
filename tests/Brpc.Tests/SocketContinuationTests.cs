using System.Net.Sockets;

namespace CurveRbd.Brpc.Tests;

public class SocketContinuationTests
{
    [Fact]
    public void TryRunInline_on_this_NET_is_possible()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        Assert.True(SocketContinuation.TryRunInline(socket));
    }
}
