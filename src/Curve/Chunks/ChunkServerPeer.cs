using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.Curve;

/// <summary>A chunkserver: the address by which its peers know it and the one that clients talk to.</summary>
internal sealed record ChunkServerPeer(string InternalAddress, RpcEndpoint Endpoint)
{
    public static ChunkServerPeer From(ChunkServerLocation location)
    {
        string host = location.ExternalIp.Length > 0 ? location.ExternalIp : location.HostIp;
        return new ChunkServerPeer($"{location.HostIp}:{location.Port}", RpcEndpoint.Parse($"{host}:{location.Port}"));
    }

    /// <param name="peerId">ip:port:index, as chunkservers name each other.</param>
    public bool Is(string peerId)
    {
        int end = peerId.LastIndexOf(':');
        ReadOnlySpan<char> address = end < 0 ? peerId : peerId.AsSpan(0, end);
        return address.SequenceEqual(InternalAddress) || address.SequenceEqual(Endpoint.ToString());
    }
}
