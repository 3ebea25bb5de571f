namespace CurveRbd.Brpc;

/// <summary>The peer sent bytes that are not baidu_std. The connection they came on is of no use any more.</summary>
public sealed class ProtocolException(string message) : Exception(message);
