using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>struct iovec</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVec
{
    public byte* Start;
    public nuint Length;
}
