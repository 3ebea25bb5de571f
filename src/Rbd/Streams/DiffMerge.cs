using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes one stream of two consecutive ones of Ceph's format "rbd diff v1".</summary>
public static class DiffMerge
{
    /// <exception cref="StorageException">EINVAL: the second does not begin where the first ends, or one is no such stream.</exception>
    public static Task RunAsync(
        Stream first, Stream second, Stream output, ProgressCallback? progress, CancellationToken cancellationToken) =>
        throw new StorageException(Errno.EOPNOTSUPP, "merging differences: not supported");
}
