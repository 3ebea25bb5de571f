using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// Where one thread sleeps: a futex. .NET's own primitives take several locks for a wake-up, which is most of the time that a
/// request to the page cache needs.
/// </summary>
internal sealed class WakeWord
{
    private const int WaitPrivate = 128;
    private const int WakePrivate = 129;
    private const int Armed = 0;
    private const int Woken = 1;

    private static readonly long s_futex = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new StorageException(Errno.ENOSYS, $"the embedded store runs on x86-64 and arm64, not on {other}"),
    };

    // Pinned: the kernel watches its address for as long as the thread sleeps.
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true);

    public void Arm() => Volatile.Write(ref _word[0], Armed);

    public void Wait()
    {
        while (Volatile.Read(ref _word[0]) == Armed)
            _ = Libc.SystemCall(s_futex, ref _word[0], WaitPrivate, Armed, 0, 0, 0);
    }

    public void Wake()
    {
        Volatile.Write(ref _word[0], Woken);
        _ = Libc.SystemCall(s_futex, ref _word[0], WakePrivate, 1, 0, 0, 0);
    }
}
