using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Brpc;

/// <summary>Where a server listens: host:port or a Unix socket.</summary>
public sealed record RpcEndpoint
{
    private RpcEndpoint(EndPoint address, string text)
    {
        Address = address;
        Text = text;
    }

    public EndPoint Address { get; }

    private string Text { get; }

    /// <param name="text">ip:port ([ip]:port for IPv6) or the absolute path of a Unix socket.</param>
    public static RpcEndpoint Parse(string text)
    {
        if (text.StartsWith('/'))
            return new RpcEndpoint(new UnixDomainSocketEndPoint(text), text);
        if (IPEndPoint.TryParse(text, out IPEndPoint? tcp) && tcp.Port != 0)
            return new RpcEndpoint(tcp, text);
        throw new FormatException($"'{text}' is neither ip:port nor the absolute path of a Unix socket");
    }

    public override string ToString() => Text;

    internal Socket CreateSocket()
    {
        if (Address is UnixDomainSocketEndPoint)
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }
}
