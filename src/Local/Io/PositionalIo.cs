using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>Reads and writes whole vectors at an offset of a file, without allocation.</summary>
internal static class PositionalIo
{
    // One call takes so many pieces (the kernel would take 1024): they and their pins live on the caller's stack.
    private const int PiecesMax = 64;

    /// <summary>Reads from the page cache only, never from the disk.</summary>
    /// <param name="isRefused">Set when the kernel, the file system or a sandbox does not know such reads.</param>
    /// <returns>false: not all of it is there; read it in another way.</returns>
    public static bool TryReadCached(int file, ulong offset, IoVector buffer, ref bool isRefused)
    {
        nint count = buffer.TryGetSingle(out Memory<byte> single)
            ? TransferOne(file, offset, single, Direction.ReadCached)
            : TransferSome(file, offset, buffer, Direction.ReadCached);
        if (count < 0 && FileFailure.LastErrno is (int)Errno.EOPNOTSUPP or (int)Errno.ENOSYS or (int)Errno.EPERM or (int)Errno.EINVAL)
            isRefused = true;
        return count == buffer.Length;
    }

    /// <summary>Fills <paramref name="buffer"/>; what lies beyond the end of the file reads as zeros.</summary>
    /// <returns>An errno, 0 = done.</returns>
    public static int Read(int file, ulong offset, IoVector buffer)
    {
        int errno = Transfer(file, ref offset, ref buffer, Direction.Read);
        if (errno == 0)
            buffer.Clear();
        return errno;
    }

    /// <returns>An errno, 0 = done.</returns>
    public static int Write(int file, ulong offset, IoVector data)
    {
        int errno = Transfer(file, ref offset, ref data, Direction.Write);
        return errno == 0 && data.Length > 0 ? (int)Errno.EIO : errno;
    }

    // Goes on until everything is done, nothing more comes (end of file) or it fails; leaves in the vector what was not done.
    private static int Transfer(int file, ref ulong offset, ref IoVector vector, Direction direction)
    {
        while (vector.Length > 0)
        {
            nint count = vector.TryGetSingle(out Memory<byte> single)
                ? TransferOne(file, offset, single, direction)
                : TransferSome(file, offset, vector, direction);
            if (count == 0)
                return 0;
            if (count < 0 && FileFailure.LastErrno != (int)Errno.EINTR)
                return FileFailure.LastErrno;
            if (count < 0)
                continue;
            offset += (ulong)count;
            vector = vector.Slice((int)count, vector.Length - (int)count);
        }

        return 0;
    }

    private static nint TransferOne(int file, ulong offset, Memory<byte> memory, Direction direction)
    {
        using MemoryHandle pin = memory.Pin();
        IoPiece piece = PieceOf(memory);
        return Call(file, ref piece, 1, offset, direction);
    }

    private static nint TransferSome(int file, ulong offset, IoVector vector, Direction direction)
    {
        Pins pins = default;
        Pieces pieces = default;
        int count = 0;
        try
        {
            foreach (Memory<byte> memory in vector)
            {
                if (count == PiecesMax)
                    break;
                pins[count] = memory.Pin();
                pieces[count++] = PieceOf(memory);
            }

            return Call(file, ref pieces[0], count, offset, direction);
        }
        finally
        {
            for (int i = 0; i < count; i++)
                pins[i].Dispose();
        }
    }

    private static nint Call(int file, ref IoPiece pieces, int count, ulong offset, Direction direction) => direction switch
    {
        Direction.Read => Libc.Read(file, ref pieces, count, (long)offset),
        Direction.Write => Libc.Write(file, ref pieces, count, (long)offset),
        Direction.ReadCached => Libc.Read(file, ref pieces, count, (long)offset, Libc.NoWait),
        _ => throw new UnreachableException(),
    };

    // The memory is pinned. The distance from nowhere is the address, which MemoryHandle tells unsafe code only.
    private static IoPiece PieceOf(Memory<byte> memory) =>
        new(Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(memory.Span)), memory.Length);

    private enum Direction
    {
        Read,
        Write,
        ReadCached,
    }

    [InlineArray(PiecesMax)]
    private struct Pins
    {
        private MemoryHandle _first;
    }

    [InlineArray(PiecesMax)]
    private struct Pieces
    {
        private IoPiece _first;
    }
}
