using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>struct flock of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RangeLock
{
    public short Type;
    public short Whence;
    public long Start;
    public long Length;
    public int Process;
}
