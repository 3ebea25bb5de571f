namespace CurveRbd.Brpc;

/// <summary>A request as a server got it.</summary>
public sealed record RpcRequest(string Service, string Method, long LogId, ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Attachment)
{
    /// <summary>Who sent it, as ip:port or the name of the server's Unix socket.</summary>
    public required string Peer { get; init; }

    /// <summary>Resets the connection that the request came on.</summary>
    public required Action Abort { get; init; }
}
