using System.Runtime.InteropServices;
using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Strings of C: bytes up to a NUL, in whatever encoding the caller likes.</summary>
internal static unsafe class CString
{
    /// <exception cref="StorageException">EINVAL: NULL.</exception>
    public static ByteName Name(byte* text, string what) =>
        text is null ? throw new StorageException(Errno.EINVAL, $"{what} is NULL") : ByteName.FromBytes(Bytes(text));

    public static ByteName? NameOrNull(byte* text) => text is null ? (ByteName?)null : ByteName.FromBytes(Bytes(text));

    /// <exception cref="StorageException">EINVAL: NULL.</exception>
    public static string Text(byte* text, string what) =>
        TextOrNull(text) ?? throw new StorageException(Errno.EINVAL, $"{what} is NULL");

    public static string? TextOrNull(byte* text) => text is null ? null : Encoding.UTF8.GetString(Bytes(text));

    public static ReadOnlySpan<byte> Bytes(byte* text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);

    /// <summary>A copy from malloc, which the caller of the library frees.</summary>
    public static byte* Duplicate(ByteName name)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)name.Length + 1);
        CopyWithEnd(name, copy);
        return copy;
    }

    /// <summary>A copy from malloc without a final NUL; NULL when there is nothing to copy.</summary>
    public static byte* Duplicate(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return null;
        var copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return copy;
    }

    /// <returns>Bytes written, the final NUL included.</returns>
    public static int CopyWithEnd(ByteName name, byte* destination)
    {
        int length = name.CopyTo(new Span<byte>(destination, name.Length));
        destination[length] = 0;
        return length + 1;
    }

    public static void Free(void* memory) => NativeMemory.Free(memory);
}
