using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace CurveRbd.Curve;

/// <summary>The address under which this host shows up in lists of who has a volume open.</summary>
internal static class LocalAddress
{
    private static readonly string s_address = Find();

    public static string Of() => s_address;

    private static string Find()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(nic => nic.OperationalStatus == OperationalStatus.Up && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(nic => nic.GetIPProperties().UnicastAddresses)
                .FirstOrDefault(address => address.Address.AddressFamily == AddressFamily.InterNetwork)?.Address.ToString()
                ?? IPAddress.Loopback.ToString();
        }
        catch (NetworkInformationException)
        {
            // Forbidden to look (a sandbox): the port still tells openings of one host apart.
            return IPAddress.Loopback.ToString();
        }
    }
}
