namespace CurveRbd.Brpc;

/// <summary>A server's answer: a message with an attachment, or an error code with a text and neither.</summary>
public sealed record RpcReply(ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Attachment)
{
    public RpcErrorCode ErrorCode { get; private init; }

    public string ErrorText { get; private init; } = "";

    public static RpcReply Fail(RpcErrorCode code, string text) => new(default, default) { ErrorCode = code, ErrorText = text };
}
