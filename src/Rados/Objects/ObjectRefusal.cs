using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Tells what a step says about its object from failures of the store, which end the operation.</summary>
internal static class ObjectRefusal
{
    public static bool IsRefusal(StorageException error) => error.Errno is
        Errno.ENOENT or Errno.ENODATA or Errno.EEXIST or Errno.EBUSY or Errno.ECANCELED or Errno.ERANGE or Errno.EOVERFLOW
        or Errno.EINVAL or Errno.EFBIG or Errno.ENAMETOOLONG or Errno.EOPNOTSUPP or Errno.EPERM;
}
