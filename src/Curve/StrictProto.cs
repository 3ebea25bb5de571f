using CurveRbd.Brpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CurveRbd.Curve;

/// <summary>
/// Makes C# protobuf as strict as the C++ peers are with proto2: a message without a required field is neither sent nor accepted,
/// and an enum number that nobody knows counts as an absent field.
/// </summary>
internal static class StrictProto
{
    public static void WriteRequest(RpcCall call, IMessage request)
    {
        if (!request.IsInitialized())
            throw new ArgumentException($"{request.Descriptor.Name} lacks a required field");
        request.WriteTo(call.WriteMessage(request.CalculateSize()));
    }

    /// <exception cref="RpcException">ERESPONSE.</exception>
    public static T ReadReply<T>(RpcCall call, MessageParser<T> parser)
        where T : IMessage<T> => Read(call.Reply.Span, parser, call.Method);

    public static T Read<T>(ReadOnlySpan<byte> bytes, MessageParser<T> parser, RpcMethod method)
        where T : IMessage<T>
    {
        T message;
        try
        {
            message = parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(RpcErrorCode.ERESPONSE, $"{method} was answered with bytes that are no message: {error.Message}", error);
        }

        DropUnknownEnums(message);
        return message.IsInitialized()
            ? message
            : throw new RpcException(RpcErrorCode.ERESPONSE, $"{method} was answered without a required field, or with a value that this client does not know");
    }

    private static void DropUnknownEnums(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType == FieldType.Enum && !field.IsRepeated && IsUnknown(field, message))
                field.Accessor.Clear(message);
            else if (field.FieldType == FieldType.Message && !field.IsMap)
                DropUnknownEnumsOf(field, message);
        }
    }

    private static void DropUnknownEnumsOf(FieldDescriptor field, IMessage message)
    {
        if (field.Accessor.GetValue(message) is IMessage child)
        {
            DropUnknownEnums(child);
            return;
        }

        if (field.IsRepeated)
        {
            foreach (IMessage element in (System.Collections.IEnumerable)field.Accessor.GetValue(message))
                DropUnknownEnums(element);
        }
    }

    private static bool IsUnknown(FieldDescriptor field, IMessage message) =>
        field.Accessor.HasValue(message) && field.EnumType.FindValueByNumber(Convert.ToInt32(field.Accessor.GetValue(message))) is null;
}
