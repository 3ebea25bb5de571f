using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>struct statvfs of 64-bit glibc.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileSystemStatus
{
    [FieldOffset(8)] public ulong FragmentSize;
    [FieldOffset(16)] public ulong Blocks;
    [FieldOffset(24)] public ulong Free;
    [FieldOffset(32)] public ulong Available;
    [FieldOffset(72)] public ulong Flags;
}
