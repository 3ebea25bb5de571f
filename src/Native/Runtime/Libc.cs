using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>The C functions that .NET offers no way to.</summary>
internal static unsafe partial class Libc
{
    private const int FutexWaitPrivate = 128;
    private const int FutexWakePrivate = 129;

    private static readonly long s_futex = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"the number of the system call futex on {other} is not known"),
    };

    /// <summary>Sleeps until woken, unless *<paramref name="word"/> is not <paramref name="expected"/>. May also return for no reason.</summary>
    public static void Wait(int* word, int expected) => SystemCall(s_futex, word, FutexWaitPrivate, expected, 0);

    public static void WakeAll(int* word) => SystemCall(s_futex, word, FutexWakePrivate, int.MaxValue, 0);

    [DllImport("libc", EntryPoint = "write")]
    public static extern nint Write(int fd, void* buffer, nuint count);

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern long SystemCall(long number, int* word, long operation, long value, nint timeout);
}
