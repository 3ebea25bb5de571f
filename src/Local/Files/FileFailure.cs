using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>Turns the C library's errno into an error that says what failed, on which file, and what to do.</summary>
internal static class FileFailure
{
    public static int LastErrno => Marshal.GetLastPInvokeError();

    /// <param name="action">What was tried, an infinitive: "read", "create".</param>
    public static StorageException Of(int errno, string action, string path) =>
        new((Errno)errno, $"can't {action} {path}: {Marshal.GetPInvokeErrorMessage(errno)}{Advice((Errno)errno)}");

    public static StorageException Last(string action, string path) => Of(LastErrno, action, path);

    /// <returns><paramref name="result"/> when it is no failure.</returns>
    public static int Check(int result, string action, string path) => result >= 0 ? result : throw Last(action, path);

    private static string Advice(Errno errno) => errno switch
    {
        Errno.ENOSPC => " (the file system is full: free space or enlarge it)",
        Errno.EDQUOT => " (the user's quota is used up: raise it or remove data)",
        Errno.EROFS => " (the file system is mounted read-only: remount it, see the kernel's log for why)",
        Errno.EACCES or Errno.EPERM => " (this process's user may not: give it access to the store's directory, see docs/local-store.md)",
        Errno.EIO => " (the disk failed: see the kernel's log, then restore from a copy)",
        Errno.EMFILE => " (the process has no file descriptors left: raise its RLIMIT_NOFILE)",
        Errno.ENFILE => " (the machine has no file descriptors left: raise fs.file-max)",
        Errno.EFBIG => " (the file system or RLIMIT_FSIZE allows no file of that size)",
        _ => "",
    };
}
