using System.Runtime.InteropServices;

namespace CurveRbd.Cli;

/// <summary>The C library's calls that .NET has no word for. They set errno for <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static class Libc
{
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

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int FileDescriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
