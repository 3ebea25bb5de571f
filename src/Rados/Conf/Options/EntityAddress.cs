using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Rados;

/// <summary>Addresses of Ceph's daemons: "v2:10.0.0.1:3300/0". '-' is the blank one.</summary>
internal static class EntityAddress
{
    public static string Canonical(string value)
    {
        if (value == "-")
            return value;

        (string type, string rest) = value.StartsWith("v1:", StringComparison.Ordinal) || value.StartsWith("v2:", StringComparison.Ordinal)
            ? (value[..2], value[3..])
            : ("v2", value);
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string nonce = slash < 0 ? "0" : rest[(slash + 1)..];
        IPEndPoint endPoint = ParseEndPoint(slash < 0 ? rest : rest[..slash]);
        if (!uint.TryParse(nonce, NumberStyles.None, null, out uint number))
            throw new FormatException("the nonce is not a number");
        return $"{type}:{endPoint}/{number}";
    }

    private static IPEndPoint ParseEndPoint(string text)
    {
        // IPAddress reads "1" as 0.0.0.1; Ceph wants all four numbers.
        if (IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            && (endPoint.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3))
        {
            return endPoint;
        }

        throw new FormatException("not an IP address");
    }
}
