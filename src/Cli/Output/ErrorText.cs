using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Error numbers as Ceph prints them: "(2) No such file or directory".</summary>
internal static class ErrorText
{
    public static string Describe(int errno) => $"({errno}) {Message(errno)}";

    public static string Describe(Errno errno) => Describe((int)errno);

    // The C library's texts, spelled out: scripts match them, and a locale must not change them.
    private static string Message(int errno) => (Errno)errno switch
    {
        Errno.EPERM => "Operation not permitted",
        Errno.ENOENT => "No such file or directory",
        Errno.EINTR => "Interrupted system call",
        Errno.EIO => "Input/output error",
        Errno.ENXIO => "No such device or address",
        Errno.E2BIG => "Argument list too long",
        Errno.EBADF => "Bad file descriptor",
        Errno.EAGAIN => "Resource temporarily unavailable",
        Errno.ENOMEM => "Cannot allocate memory",
        Errno.EACCES => "Permission denied",
        Errno.EBUSY => "Device or resource busy",
        Errno.EEXIST => "File exists",
        Errno.EXDEV => "Invalid cross-device link",
        Errno.ENOTDIR => "Not a directory",
        Errno.EISDIR => "Is a directory",
        Errno.EINVAL => "Invalid argument",
        Errno.ENFILE => "Too many open files in system",
        Errno.EMFILE => "Too many open files",
        Errno.EFBIG => "File too large",
        Errno.ENOSPC => "No space left on device",
        Errno.EROFS => "Read-only file system",
        Errno.EMLINK => "Too many links",
        Errno.EPIPE => "Broken pipe",
        Errno.EDOM => "Numerical argument out of domain",
        Errno.ERANGE => "Numerical result out of range",
        Errno.ENAMETOOLONG => "File name too long",
        Errno.ENOSYS => "Function not implemented",
        Errno.ENOTEMPTY => "Directory not empty",
        Errno.ENODATA => "No data available",
        Errno.EBADMSG => "Bad message",
        Errno.EOVERFLOW => "Value too large for defined data type",
        Errno.EILSEQ => "Invalid or incomplete multibyte or wide character",
        Errno.EOPNOTSUPP => "Operation not supported",
        Errno.ENOTCONN => "Transport endpoint is not connected",
        Errno.EISCONN => "Transport endpoint is already connected",
        Errno.ESHUTDOWN => "Cannot send after transport endpoint shutdown",
        Errno.ETIMEDOUT => "Connection timed out",
        Errno.ECONNREFUSED => "Connection refused",
        Errno.EDQUOT => "Disk quota exceeded",
        Errno.ECANCELED => "Operation canceled",
        _ => $"Unknown error {errno}",
    };

    /// <summary>The number's name ("ENOENT"), as the <c>ceph</c> command prints it.</summary>
    public static string Name(int errno) => Enum.GetName((Errno)errno) ?? errno.ToString();
}
