using System.Runtime.InteropServices;

namespace CurveRbd.Rados;

/// <summary>
/// The calls of the C library that log lines need, with Linux's numbers (x86-64 and arm64). .NET's streams write at offsets they count
/// themselves, so two writers of one file would overwrite each other.
/// </summary>
internal static class Libc
{
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Append = 0x400;
    public const int NoTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    private const string Name = "libc";

    [DllImport(Name, EntryPoint = "open")]
    public static extern int Open(ref byte path, int flags, int mode);

    [DllImport(Name, EntryPoint = "close")]
    public static extern int Close(int descriptor);

    [DllImport(Name, EntryPoint = "write")]
    public static extern nint Write(int descriptor, ref byte bytes, nint count);
}
