using System.Buffers.Binary;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Checksums of objects: CRC-32C, and no others.</summary>
internal static unsafe class ObjectChecksums
{
    private const int Crc32C = 2; // LIBRADOS_CHECKSUM_TYPE_CRC32C

    /// <exception cref="StorageException">EINVAL: the initial value is of the wrong length.</exception>
    public static ObjectStep Step(
        int type, byte* initial, nuint initialLength, ulong offset, nuint length, nuint pieceSize, Action<int, byte[]> told)
    {
        if (type != Crc32C)
            return ObjectSteps.Refuse(Errno.EOPNOTSUPP, $"checksums of type {type} are not made here", code => told(code, []));
        byte[] start = LentBytes.Copy(initial, initialLength);
        if (start.Length != sizeof(uint))
            throw new StorageException(Errno.EINVAL, $"the initial value has {start.Length} bytes, CRC-32C takes {sizeof(uint)}");
        return ObjectSteps.Crc32C(BinaryPrimitives.ReadUInt32LittleEndian(start), offset, length, pieceSize, told);
    }
}
