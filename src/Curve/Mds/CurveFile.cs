using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>A file or directory of CurveBS, as an MDS describes it. Sizes in bytes.</summary>
/// <param name="Name">Last component of the path.</param>
/// <param name="SeqNum">Sequence number that writes carry.</param>
/// <param name="Epoch">0 where the release has none.</param>
/// <param name="Snaps">Release 1.5: sequence numbers of live snapshots, which every write names.</param>
/// <param name="Version">Release 1.5: 2 = knows local snapshots.</param>
internal sealed record CurveFile(
    ulong Id,
    string Name,
    FileType Type,
    FileStatus Status,
    string Owner,
    ulong Length,
    uint ChunkSize,
    uint SegmentSize,
    uint BlockSize,
    ulong StripeUnit,
    ulong StripeCount,
    ulong SeqNum,
    ulong Epoch,
    IReadOnlyList<ulong> Snaps,
    uint Version,
    DateTimeOffset Created)
{
    // What a volume has that does not say: fixed before block sizes could be chosen.
    private const uint DefaultBlockSize = 4096;

    // A date that .NET has none for is no reason to refuse the file.
    private static readonly ulong s_ctimeMax = (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).TotalMicroseconds - 1_000_000;

    public bool IsVolume => Type is FileType.PageFile or FileType.ClonePageFile;

    /// <summary>Whether part of its data still lies in another volume. Only CurveBS' own client resolves that.</summary>
    public bool IsUnflattenedClone =>
        Type == FileType.ClonePageFile || Status is FileStatus.CloneMetaInstalled or FileStatus.Cloning;

    /// <exception cref="StorageException">EIO: chunk or segment size is missing, without which no offset can be found.</exception>
    public static CurveFile From(Messages.FileInfo info, string path)
    {
        bool isVolume = info.FileType is FileType.PageFile or FileType.ClonePageFile;
        if (isVolume && (info.ChunkSize == 0 || info.SegmentSize == 0 || info.SegmentSize % info.ChunkSize != 0))
            throw new StorageException(Errno.EIO, $"{path}: the MDS says chunks of {info.ChunkSize} and segments of {info.SegmentSize} bytes");
        return new CurveFile(
            info.Id,
            info.FileName,
            info.FileType,
            info.FileStatus,
            info.Owner,
            info.Length,
            info.ChunkSize,
            info.SegmentSize,
            info.Blocksize == 0 ? DefaultBlockSize : info.Blocksize,
            info.StripeUnit,
            info.StripeCount,
            info.SeqNum,
            info.Epoch,
            [.. info.Snaps],
            info.Version,
            DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Min(info.Ctime, s_ctimeMax)));
    }
}
