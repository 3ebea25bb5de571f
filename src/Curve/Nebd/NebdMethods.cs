using CurveRbd.Brpc;

namespace CurveRbd.Curve;

/// <summary>The nebd-server's methods that are called here.</summary>
internal static class NebdMethods
{
    private const string Files = "nebd.client.NebdFileService";

    public static readonly RpcMethod OpenFile = new(Files, "OpenFile");
    public static readonly RpcMethod CloseFile = new(Files, "CloseFile");
    public static readonly RpcMethod Read = new(Files, "Read");
    public static readonly RpcMethod Write = new(Files, "Write");
    public static readonly RpcMethod KeepAlive = new("nebd.client.NebdHeartbeatService", "KeepAlive");
}
