using System.Text;

namespace CurveRbd.Brpc;

/// <summary>
/// brpc.policy.RpcMeta: what a frame says about itself. Exactly one of the request part (service, method) and the response part
/// (error code) is there. Written in the order and with the fields that the C++ peer writes.
/// </summary>
internal ref struct RpcMeta
{
    private const int RequestField = 1;
    private const int ResponseField = 2;
    private const int CompressTypeField = 3;
    private const int CorrelationIdField = 4;
    private const int AttachmentSizeField = 5;

    private const int ServiceNameField = 1;
    private const int MethodNameField = 2;
    private const int LogIdField = 3;

    private const int ErrorCodeField = 1;
    private const int ErrorTextField = 2;

    // Tags, the numbers with all their bytes, and the two lengths.
    private const int FixedSizeMax = 96;

    public bool IsResponse { get; set; }

    public ReadOnlySpan<byte> ServiceName { get; set; }

    public ReadOnlySpan<byte> MethodName { get; set; }

    /// <summary>For the peer's log; 0 = none.</summary>
    public long LogId { get; set; }

    /// <summary>0 = success; see <see cref="RpcErrorCode"/>.</summary>
    public int ErrorCode { get; set; }

    public ReadOnlySpan<byte> ErrorText { get; set; }

    public int CompressType { get; set; }

    public long CorrelationId { get; set; }

    /// <summary>Bytes at the end of the body that are not part of the message.</summary>
    public int AttachmentSize { get; set; }

    /// <summary>Enough room for <see cref="Write"/>, in bytes.</summary>
    public readonly int SizeMax => FixedSizeMax + ServiceName.Length + MethodName.Length + ErrorText.Length;

    public readonly string ErrorMessage => Encoding.UTF8.GetString(ErrorText);

    public static RpcMeta Read(ReadOnlySpan<byte> bytes)
    {
        var meta = new RpcMeta();
        bool hasRequest = false;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestField:
                    hasRequest = true;
                    meta.ReadRequest(reader.Bytes());
                    break;
                case ResponseField:
                    meta.IsResponse = true;
                    meta.ReadResponse(reader.Bytes());
                    break;
                case CompressTypeField:
                    meta.CompressType = (int)reader.Varint();
                    break;
                case CorrelationIdField:
                    meta.CorrelationId = (long)reader.Varint();
                    break;
                case AttachmentSizeField:
                    meta.AttachmentSize = (int)reader.Varint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (hasRequest == meta.IsResponse)
            throw new ProtocolException("a meta must be of a request or of a response");
        if (hasRequest && (meta.ServiceName.IsEmpty || meta.MethodName.IsEmpty))
            throw new ProtocolException("a request must name its service and method");
        return meta;
    }

    /// <returns>Bytes written.</returns>
    public readonly int Write(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        if (IsResponse)
            WriteResponse(ref writer);
        else
            WriteRequest(ref writer);
        writer.Varint(CompressTypeField, (ulong)CompressType);
        writer.Varint(CorrelationIdField, (ulong)CorrelationId);
        if (AttachmentSize != 0)
            writer.Varint(AttachmentSizeField, (ulong)AttachmentSize);
        return writer.Written;
    }

    private void ReadRequest(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ServiceNameField:
                    ServiceName = reader.Bytes();
                    break;
                case MethodNameField:
                    MethodName = reader.Bytes();
                    break;
                case LogIdField:
                    LogId = (long)reader.Varint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadResponse(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ErrorCodeField:
                    ErrorCode = (int)reader.Varint();
                    break;
                case ErrorTextField:
                    ErrorText = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private readonly void WriteRequest(ref WireWriter writer)
    {
        int length = SizeOfBytes(ServiceName.Length) + SizeOfBytes(MethodName.Length);
        if (LogId != 0)
            length += 1 + WireWriter.SizeOf((ulong)LogId);

        writer.Length(RequestField, length);
        writer.Bytes(ServiceNameField, ServiceName);
        writer.Bytes(MethodNameField, MethodName);
        if (LogId != 0)
            writer.Varint(LogIdField, (ulong)LogId);
    }

    private readonly void WriteResponse(ref WireWriter writer)
    {
        int length = 1 + WireWriter.SizeOf((ulong)ErrorCode);
        if (!ErrorText.IsEmpty)
            length += SizeOfBytes(ErrorText.Length);

        writer.Length(ResponseField, length);
        writer.Varint(ErrorCodeField, (ulong)ErrorCode);
        if (!ErrorText.IsEmpty)
            writer.Bytes(ErrorTextField, ErrorText);
    }

    private static int SizeOfBytes(int length) => 1 + WireWriter.SizeOf((ulong)length) + length;
}
