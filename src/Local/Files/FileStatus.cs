using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>struct statx, as far as it is used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    [FieldOffset(0)] public uint Mask;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(48)] public ulong Blocks;
    [FieldOffset(80)] public long BirthSeconds;
    [FieldOffset(96)] public long ChangeSeconds;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    private const int TypeMask = 0xF000;
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;

    // st_blocks counts in 512 bytes, whatever the file system's block.
    private const int BlockSize = 512;

    public readonly bool IsDirectory => (Mode & TypeMask) == Directory;

    public readonly bool IsFile => (Mode & TypeMask) == Regular;

    public readonly ulong Allocated => Blocks * BlockSize;

    /// <summary>When the file was created; its last change where the file system does not keep that.</summary>
    public readonly DateTimeOffset Created =>
        DateTimeOffset.FromUnixTimeSeconds((Mask & Libc.BirthTime) != 0 ? BirthSeconds : ChangeSeconds);

    public readonly (ulong Device, ulong Inode) Identity => (((ulong)DeviceMajor << 32) | DeviceMinor, Inode);
}
