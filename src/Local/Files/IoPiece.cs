using System.Runtime.InteropServices;

namespace CurveRbd.Local;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct IoPiece(nint start, nint length)
{
    public readonly nint Start = start;
    public readonly nint Length = length;
}
