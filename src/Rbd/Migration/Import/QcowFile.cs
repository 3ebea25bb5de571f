using System.Buffers.Binary;
using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The header and the snapshots of a qcow2 file, version 2 or 3 (QEMU's docs/interop/qcow2.txt). One with a backing file, with
/// encryption, with an external data file or with extended L2 entries is refused.
/// </summary>
internal sealed class QcowFile
{
    private const uint Magic = 0x514649FB; // "QFI\xfb"
    private const int HeaderLength = 112;
    private const int SnapshotLength = 40; // of the fixed part
    private const int L1LengthMax = 1 << 22; // 32 MiB: as much as QEMU accepts
    private const int SnapshotsMax = 65536;
    private const ulong DirtyBit = 1; // of reference counts, which a reader does not need
    private const ulong CompressionBit = 8;

    private QcowFile(SourceFile file, int clusterBits, QcowSnapshot head, IReadOnlyList<QcowSnapshot> snapshots)
    {
        File = file;
        ClusterBits = clusterBits;
        Head = head;
        Snapshots = snapshots;
    }

    public SourceFile File { get; }

    public int ClusterBits { get; }

    public QcowSnapshot Head { get; }

    public IReadOnlyList<QcowSnapshot> Snapshots { get; }

    /// <exception cref="StorageException">EINVAL: no such file, or a damaged one. ENOSYS: see above.</exception>
    public static QcowFile Read(SourceFile file)
    {
        byte[] header = file.Read(0, HeaderLength);
        if (U32(header, 0) != Magic)
            throw Damaged(file, "is no qcow file");
        uint version = U32(header, 4);
        if (version is not (2 or 3))
            throw Refused(file, $"has version {version} of the format; only 2 and 3 can be imported");
        if (U64(header, 8) != 0)
            throw Refused(file, "has a backing file: make it whole first (qemu-img convert)");
        if (U32(header, 32) != 0)
            throw Refused(file, "is encrypted");
        ulong incompatible = version == 2 ? 0 : U64(header, 72);
        bool isOtherCompression = (incompatible & CompressionBit) != 0 && header[104] != 0;
        if ((incompatible & ~(DirtyBit | CompressionBit)) != 0 || isOtherCompression)
            throw Refused(file, $"has features that are not known here (0x{incompatible:x}): convert it (qemu-img convert)");
        int clusterBits = (int)U32(header, 20);
        if (clusterBits is < 9 or > 21)
            throw Damaged(file, $"says that its clusters have 2^{clusterBits} bytes");
        QcowSnapshot head = New(file, clusterBits, "", "", default, U64(header, 24), U64(header, 40), U32(header, 36));
        return new QcowFile(file, clusterBits, head, ReadSnapshots(file, clusterBits, head.Size, U64(header, 64), U32(header, 60)));
    }

    public static StorageException Damaged(SourceFile file, string why) => new(Errno.EINVAL, $"{file.Path} {why}");

    public static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    private static List<QcowSnapshot> ReadSnapshots(SourceFile file, int clusterBits, ulong imageSize, ulong offset, uint count)
    {
        if (count > SnapshotsMax)
            throw Damaged(file, $"says that it has {count} snapshots");
        var snapshots = new List<QcowSnapshot>();
        for (uint i = 0; i < count; i++)
        {
            byte[] entry = file.Read(offset, SnapshotLength);
            int idLength = BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(12));
            int nameLength = BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(14));
            uint extraLength = U32(entry, 36);
            if (extraLength > 1024 || offset + SnapshotLength > file.Length)
                throw Damaged(file, "has a damaged table of snapshots");
            byte[] rest = file.Read(offset + SnapshotLength, (int)extraLength + idLength + nameLength);
            ulong size = extraLength >= 16 ? U64(rest, 8) : imageSize;
            string id = Encoding.UTF8.GetString(rest, (int)extraLength, idLength);
            string name = Encoding.UTF8.GetString(rest, (int)extraLength + idLength, nameLength);
            snapshots.Add(New(file, clusterBits, id, name, DateTimeOffset.FromUnixTimeSeconds(U32(entry, 16)), size, U64(entry, 0), U32(entry, 8)));
            offset += (ulong)(SnapshotLength + rest.Length + 7) / 8 * 8;
        }

        return snapshots;
    }

    private static QcowSnapshot New(
        SourceFile file, int clusterBits, string id, string name, DateTimeOffset created, ulong size, ulong l1Offset, uint l1Length)
    {
        int l2Bits = (2 * clusterBits) - 3;
        bool coversAll = l1Length >= (size >> l2Bits) + ((size & ((1ul << l2Bits) - 1)) == 0 ? 0ul : 1);
        return l1Length <= L1LengthMax && coversAll
            ? new QcowSnapshot(id, name, created, size, l1Offset, (int)l1Length)
            : throw Damaged(file, $"has an L1 table of {l1Length} entries for {size} bytes");
    }

    private static StorageException Refused(SourceFile file, string why) => new(Errno.ENOSYS, $"{file.Path} {why}");
}
