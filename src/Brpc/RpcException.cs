namespace CurveRbd.Brpc;

/// <summary>A call that got no answer, or the answer of a server that could not serve it.</summary>
public sealed class RpcException(RpcErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public RpcErrorCode Code { get; } = code;

    /// <summary>The call was given up because of time, not because of an answer or a broken connection.</summary>
    public bool IsTimeout => Code is RpcErrorCode.ERPCTIMEDOUT or RpcErrorCode.ETIMEDOUT;
}
