using System.Runtime.InteropServices;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Cli;

/// <summary>What lseek knows of a file and .NET does not: where its data lies, and how large a block device is.</summary>
internal static class FilePosition
{
    /// <returns>false: the file has no end that could be sought.</returns>
    public static bool TryGetEnd(SafeFileHandle handle, out ulong length)
    {
        long end = Seek(handle, 0, Libc.SeekEnd);
        length = (ulong)end;
        return end >= 0;
    }

    /// <returns>The first range in [offset, end) that may hold data; null when there is none.</returns>
    public static VolumeExtent? NextData(SafeFileHandle handle, ulong offset, ulong end)
    {
        if (offset >= end)
            return null;
        long data = Seek(handle, (long)offset, Libc.SeekData);
        if (data < 0)
        {
            // A file system or device that does not know of holes has data everywhere.
            return Marshal.GetLastPInvokeError() == Libc.ENXIO ? null : new VolumeExtent(offset, end - offset);
        }

        long hole = Seek(handle, data, Libc.SeekHole);
        ulong dataEnd = hole < 0 ? end : Math.Min((ulong)hole, end);
        return (ulong)data >= end ? null : new VolumeExtent((ulong)data, dataEnd - (ulong)data);
    }

    private static long Seek(SafeFileHandle handle, long offset, int whence) =>
        Libc.Seek((int)handle.DangerousGetHandle(), offset, whence);
}
