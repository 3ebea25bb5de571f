using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>What an MDS' refusal means to a caller.</summary>
internal static class MdsErrors
{
    /// <param name="doing">Such as "create /pool/vm-7", for the message.</param>
    public static StorageException Of(StatusCode status, string doing) =>
        new(ErrnoOf(status), $"{doing}: the MDS answers {NameOf(status)} ({(int)status}){AdviceOn(status)}");

    /// <summary>As CurveBS spells it, such as kFileNotExists.</summary>
    public static string NameOf(StatusCode status) => status == StatusCode.Ok ? "kOK" : $"k{status}";

    private static Errno ErrnoOf(StatusCode status) => status switch
    {
        StatusCode.FileExists => Errno.EEXIST,
        StatusCode.FileNotExists or StatusCode.DirNotExist or StatusCode.SnapshotFileNotExists => Errno.ENOENT,
        StatusCode.NotDirectory => Errno.ENOTDIR,
        StatusCode.ParaError or StatusCode.ShrinkBiggerFile or StatusCode.ExtentUnitError => Errno.EINVAL,
        StatusCode.SegmentAllocateError or StatusCode.FileLengthNotSupported => Errno.ENOSPC,
        StatusCode.NotSupported or StatusCode.FileTypeInvalid => Errno.EOPNOTSUPP,
        StatusCode.OwnerAuthFail => Errno.EPERM,
        StatusCode.DirNotEmpty => Errno.ENOTEMPTY,
        StatusCode.FileOccupied or StatusCode.FileUnderSnapShot or StatusCode.FileUnderDeleting
            or StatusCode.DeleteFileBeingCloned or StatusCode.FileStatusInvalid => Errno.EBUSY,
        StatusCode.FileIdNotMatch => Errno.EAGAIN,
        StatusCode.EpochTooOld => Errno.ESHUTDOWN,
        StatusCode.PoolsetNotExist => Errno.EINVAL,
        _ => Errno.EIO,
    };

    private static string AdviceOn(StatusCode status) => status switch
    {
        StatusCode.OwnerAuthFail =>
            "; the owner differs, root's password is wrong, or this host's clock is 15 s or more off the MDS' clock",
        StatusCode.FileOccupied => "; it is open somewhere, or was until 50 s ago by a process that died",
        StatusCode.FileUnderSnapShot => "; it has a CurveBS snapshot",
        StatusCode.DeleteFileBeingCloned or StatusCode.SnapshotCloneConnectFail or StatusCode.SnapshotCloneServerNotInit =>
            "; CurveBS clones depend on it, or its snapshotcloneserver can't say",
        StatusCode.FileLengthNotSupported => "; the length is outside the cluster's limits or more than its free space",
        StatusCode.SegmentAllocateError => "; the cluster's pool is full",
        StatusCode.NotSupported => "; an MDS that has just started refuses this for 5 s, and some kinds of file refuse it always",
        _ => "",
    };
}
