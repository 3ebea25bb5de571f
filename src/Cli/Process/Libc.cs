using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>The C library's calls that .NET has no word for. They set errno for <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static class Libc
{
    public const int ReadOnly = 0;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;

    public const int AddressFamilyUnix = 1;
    public const int AddressFamilyNetlink = 16;
    public const int StreamSocket = 1;
    public const int RawSocket = 3;

    public const int SignalPipe = 13;
    public const int SignalTerminate = 15;

    public const int EINTR = 4;
    public const int ENXIO = 6;
    public const int EAGAIN = 11;

    public const int SeekEnd = 2;
    public const int SeekData = 3;
    public const int SeekHole = 4;

    public const short PollIn = 1;
    public const short PollOut = 4;

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static extern long Seek(int fileDescriptor, long offset, int whence);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(int fileDescriptor, ref byte buffer, nint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(int fileDescriptor, in byte buffer, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static extern int Poll(ref PollDescriptor descriptor, nint count, int timeoutMs);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    public static extern int Open(in byte path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    public static extern int Close(int fileDescriptor);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static extern int Sync(int fileDescriptor);

    [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static extern int Duplicate(int fileDescriptor, int to);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static extern int Socket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    public static extern int SocketPair(int family, int type, int protocol, ref int firstOfTwo);

    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static extern int BeginSession();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static extern nint SetSignalHandler(int signal, nint handler);

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    public static extern int SetEnvironmentVariable(in byte name, in byte value, int overwrite);

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    public static extern int Execute(in byte path, in nint firstArgument);

    /// <summary>What the last call left in errno, as an exception.</summary>
    /// <param name="what">"open /dev/nbd0"</param>
    public static StorageException LastError(string what)
    {
        int errno = Marshal.GetLastPInvokeError();
        return new StorageException((Errno)errno, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int FileDescriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
