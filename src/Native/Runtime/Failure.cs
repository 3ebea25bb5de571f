using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Turns what went wrong into what a C caller gets: a negative number, and errno, which libvirt prints instead.</summary>
internal static class Failure
{
    /// <summary>Call it last: whatever runs after it may change errno.</summary>
    public static int Of(Errno errno) => Of(-(int)errno);

    /// <inheritdoc cref="Of(Errno)"/>
    public static int Of(Exception error) => Of(CodeOf(error));

    /// <param name="code">Negative.</param>
    public static int Of(int code)
    {
        Marshal.SetLastSystemError(-code);
        return code;
    }

    /// <summary>A NULL for the caller, with errno telling why.</summary>
    public static nint NullFor(Errno errno)
    {
        Marshal.SetLastSystemError((int)errno);
        return 0;
    }

    /// <returns>A negative errno, or the negative value with which a callback of the caller ended the operation.</returns>
    public static int CodeOf(Exception error) => error switch
    {
        StorageException storage => -(int)storage.Errno,
        CallbackAbortedException aborted => aborted.Code,
        ArgumentException or OverflowException => -(int)Errno.EINVAL,
        OutOfMemoryException => -(int)Errno.ENOMEM,
        OperationCanceledException => -(int)Errno.ECANCELED,
        TimeoutException => -(int)Errno.ETIMEDOUT,
        _ => OfDefect(error),
    };

    public static StorageException BadHandle(string kind) =>
        new(Errno.EBADF, $"this is no open {kind} of this process: it was closed, or comes from before a fork");

    // Nobody expected it, and the caller gets only a number: it would never be found.
    private static int OfDefect(Exception error)
    {
        Defects.Report(error);
        return -(int)Errno.EIO;
    }
}
