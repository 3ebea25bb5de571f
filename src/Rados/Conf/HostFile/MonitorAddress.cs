using System.Net;

namespace CurveRbd.Rados;

/// <summary>One monitor of a mon_host value. Hosts are compared as text, nothing is resolved; all loopback spellings are one host.</summary>
/// <param name="Port">0: none was given.</param>
internal readonly record struct MonitorAddress(string Host, int Port)
{
    // All that the spellings add around "host:port": "[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]".
    private static readonly string[] s_protocols = ["v1:", "v2:", "any:"];

    /// <summary>Reads any spelling: separated by ',', ';' or blanks, IPv6 in brackets or not, address vectors in brackets.</summary>
    public static IReadOnlyList<MonitorAddress> ParseList(string text) =>
    [
        .. text.Split([',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(Parse)
            .Where(address => address.Host.Length > 0),
    ];

    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port == 0 ? host : $"{host}:{Port}";
    }

    private static MonitorAddress Parse(string text)
    {
        string rest = StripProtocol(StripVector(text));
        int slash = rest.LastIndexOf('/');
        if (slash >= 0)
            rest = rest[..slash];

        int port = 0;
        int colon = rest.LastIndexOf(':');
        bool isBareV6 = colon >= 0 && !rest.StartsWith('[') && rest.IndexOf(':', StringComparison.Ordinal) != colon;
        if (colon > rest.LastIndexOf(']') && !isBareV6 && int.TryParse(rest.AsSpan(colon + 1), out port))
            rest = rest[..colon];
        return new MonitorAddress(CanonicalHost(rest.Trim('[', ']')), port);
    }

    // '[' opens a vector unless it opens an IPv6 address; the vector's ']' may stand at another element.
    private static string StripVector(string text)
    {
        if (text.StartsWith('[') && (Array.Exists(s_protocols, p => text.AsSpan(1).StartsWith(p)) || !text.Contains(']', StringComparison.Ordinal)))
            text = text[1..];
        int opened = text.Count(c => c == '[');
        return text.EndsWith(']') && text.Count(c => c == ']') > opened ? text[..^1] : text;
    }

    private static string StripProtocol(string text)
    {
        string? protocol = Array.Find(s_protocols, p => text.StartsWith(p, StringComparison.Ordinal));
        return protocol is null ? text : text[protocol.Length..];
    }

    private static string CanonicalHost(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
            return IPAddress.IsLoopback(address) ? "127.0.0.1" : address.ToString();
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : host.ToLowerInvariant();
    }
}
