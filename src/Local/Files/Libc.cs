using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>The calls of the C library that .NET does not offer, with Linux's numbers (x86-64 and arm64).</summary>
internal static class Libc
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;

    public const int MayWrite = 2; // W_OK

    public const int NoWait = 8; // RWF_NOWAIT

    public const int KeepSize = 1;
    public const int PunchHole = 2;
    public const int ZeroRange = 0x10;

    public const int SeekData = 3;
    public const int SeekHole = 4;

    public const int GetLock = 5;
    public const int SetLock = 6;
    public const short WriteLock = 1;
    public const short Unlocked = 2;

    public const int CurrentDirectory = -100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;
    public const uint BirthTime = 0x800;
    public const uint NoReplace = 1;

    public const ulong MountedReadOnly = 1;

    private const string Name = "libc";

    [DllImport(Name, EntryPoint = "open", SetLastError = true)]
    public static extern int Open(ref byte path, int flags, int mode);

    [DllImport(Name, EntryPoint = "access", SetLastError = true)]
    public static extern int Access(ref byte path, int mode);

    [DllImport(Name, EntryPoint = "mkdir", SetLastError = true)]
    public static extern int MakeDirectory(ref byte path, int mode);

    [DllImport(Name, EntryPoint = "rmdir", SetLastError = true)]
    public static extern int RemoveDirectory(ref byte path);

    [DllImport(Name, EntryPoint = "unlink", SetLastError = true)]
    public static extern int Unlink(ref byte path);

    [DllImport(Name, EntryPoint = "link", SetLastError = true)]
    public static extern int Link(ref byte from, ref byte to);

    [DllImport(Name, EntryPoint = "renameat2", SetLastError = true)]
    public static extern int Rename(int fromDirectory, ref byte from, int toDirectory, ref byte to, uint flags);

    [DllImport(Name, EntryPoint = "chmod", SetLastError = true)]
    public static extern int ChangeMode(ref byte path, int mode);

    [DllImport(Name, EntryPoint = "fchmod", SetLastError = true)]
    public static extern int ChangeMode(int file, int mode);

    [DllImport(Name, EntryPoint = "ftruncate", SetLastError = true)]
    public static extern int Truncate(int file, long size);

    [DllImport(Name, EntryPoint = "fsync", SetLastError = true)]
    public static extern int Sync(int file);

    [DllImport(Name, EntryPoint = "fdatasync", SetLastError = true)]
    public static extern int SyncData(int file);

    [DllImport(Name, EntryPoint = "fallocate", SetLastError = true)]
    public static extern int Allocate(int file, int mode, long offset, long length);

    [DllImport(Name, EntryPoint = "lseek", SetLastError = true)]
    public static extern long Seek(int file, long offset, int whence);

    [DllImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static extern int Stat(int directory, ref byte path, int flags, uint mask, ref FileStatus status);

    [DllImport(Name, EntryPoint = "statvfs", SetLastError = true)]
    public static extern int StatFileSystem(ref byte path, ref FileSystemStatus status);

    [DllImport(Name, EntryPoint = "preadv", SetLastError = true)]
    public static extern nint Read(int file, ref IoPiece pieces, int count, long offset);

    [DllImport(Name, EntryPoint = "pwritev", SetLastError = true)]
    public static extern nint Write(int file, ref IoPiece pieces, int count, long offset);

    [DllImport(Name, EntryPoint = "preadv2", SetLastError = true)]
    public static extern nint Read(int file, ref IoPiece pieces, int count, long offset, int flags);

    [DllImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static extern int Lock(int file, int command, ref RangeLock range);

    [DllImport(Name, EntryPoint = "getrusage")]
    public static extern int GetUsage(int who, ref ThreadUsage usage);

    [DllImport(Name, EntryPoint = "pthread_sigmask")]
    public static extern int SetSignalMask(int how, ref ulong set, nint old);

    [DllImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static extern long SystemCall(long number, ref int word, long operation, long value, nint timeout, nint word2, long value3);
}
