using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Cli.Nbd;

/// <summary>The 16 bytes before every reply: magic (4), error (4), the request's handle (8), all big endian. Data read follows.</summary>
internal static class NbdReply
{
    public const int Size = 16;

    private const uint Magic = 0x67446698;

    public static void Write(Span<byte> bytes, Errno error, ulong handle)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Known(error));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], handle);
    }

    // The protocol has these and no others.
    private static Errno Known(Errno error) => error switch
    {
        Errno.None or Errno.EPERM or Errno.EIO or Errno.ENOMEM or Errno.EINVAL or Errno.ENOSPC or Errno.EOVERFLOW or Errno.EOPNOTSUPP
            or Errno.ESHUTDOWN => error,
        Errno.EROFS or Errno.EACCES => Errno.EPERM,
        Errno.EDQUOT => Errno.ENOSPC,
        _ => Errno.EIO,
    };
}
