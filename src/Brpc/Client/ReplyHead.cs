namespace CurveRbd.Brpc;

/// <summary>What the meta of a reply says, free of the buffer it was read from.</summary>
internal readonly record struct ReplyHead(long CorrelationId, int AttachmentSize, RpcException? Error)
{
    public static ReplyHead Read(ReadOnlySpan<byte> bytes, RpcEndpoint peer)
    {
        RpcMeta meta = RpcMeta.Read(bytes);
        if (!meta.IsResponse)
            throw new ProtocolException("a server sent a request");
        return new ReplyHead(meta.CorrelationId, meta.AttachmentSize, ErrorOf(meta, peer));
    }

    private static RpcException? ErrorOf(RpcMeta meta, RpcEndpoint peer)
    {
        if (meta.ErrorCode != 0)
            return new RpcException((RpcErrorCode)meta.ErrorCode, $"{peer} answered error {meta.ErrorCode}: {meta.ErrorMessage}");
        if (meta.CompressType != 0)
            return new RpcException(RpcErrorCode.ERESPONSE, $"{peer} answered compressed (type {meta.CompressType}), which was not asked for");
        return null;
    }
}
