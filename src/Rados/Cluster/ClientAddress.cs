using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Rados;

/// <summary>The address by which others know a client: its host's IP towards the cluster, port 0, a number of its own.</summary>
internal static class ClientAddress
{
    public static string Of(IReadOnlyList<MonitorAddress> monitors, long session) =>
        $"{new IPEndPoint(LocalIp(monitors), 0)}/{unchecked((uint)(session ^ (session >> 32)))}";

    // Connecting a datagram socket sends nothing; it makes the kernel choose the source address.
    private static IPAddress LocalIp(IReadOnlyList<MonitorAddress> monitors)
    {
        foreach (MonitorAddress monitor in monitors)
        {
            if (!IPAddress.TryParse(monitor.Host, out IPAddress? remote) || IPAddress.IsLoopback(remote))
                continue;
            try
            {
                using var socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(remote, monitor.Port == 0 ? 1 : monitor.Port);
                return ((IPEndPoint)socket.LocalEndPoint!).Address;
            }
            catch (SocketException)
            {
                // No route: try the next.
            }
        }

        return IPAddress.Loopback;
    }
}
