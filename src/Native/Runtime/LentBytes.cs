using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Copies between callers' buffers and arrays: objects are small, and a step may run again after its caller has gone on.</summary>
internal static unsafe class LentBytes
{
    /// <exception cref="StorageException">E2BIG: more than an int counts. EINVAL: NULL.</exception>
    public static byte[] Copy(byte* bytes, nuint length)
    {
        if (length > int.MaxValue)
            throw new StorageException(Errno.E2BIG, $"{length} bytes are more than one operation takes");
        if (length == 0)
            return [];
        OutBuffer.ThrowIfNull(bytes);
        return new ReadOnlySpan<byte>(bytes, (int)length).ToArray();
    }

    public static ByteName Name(byte* bytes, nuint length) => ByteName.FromBytes(Copy(bytes, length));

    /// <param name="lengths">NULL: the names are strings.</param>
    public static ByteName[] Names(byte** names, nuint* lengths, nuint count)
    {
        var copied = new ByteName[checked((int)count)];
        for (int i = 0; i < copied.Length; i++)
            copied[i] = lengths is null ? CString.Name(names[i], "a key") : Name(names[i], lengths[i]);
        return copied;
    }

    public static KeyValuePair<ByteName, byte[]>[] Pairs(byte** keys, byte** values, nuint* keyLengths, nuint* valueLengths, nuint count)
    {
        ByteName[] names = Names(keys, keyLengths, count);
        return [.. names.Select((name, i) => KeyValuePair.Create(name, Copy(values[i], valueLengths[i])))];
    }

    /// <returns>The bytes put, or -ERANGE when they do not fit.</returns>
    public static int Put(byte[] found, byte* buffer, nuint length)
    {
        if ((nuint)found.Length > length)
            return -(int)Errno.ERANGE;
        found.CopyTo(new Span<byte>(buffer, found.Length));
        return found.Length;
    }

    /// <summary>A step that reads into a caller's buffer.</summary>
    /// <param name="told">Hears the step's result and the number of bytes.</param>
    /// <exception cref="StorageException">EDOM: more than an int counts.</exception>
    public static ObjectStep ReadInto(byte* buffer, nuint length, ulong offset, Action<int, int> told)
    {
        if (length > int.MaxValue)
            throw new StorageException(Errno.EDOM, $"{length} bytes are more than one operation reads");
        return ObjectSteps.Read(offset, length, (result, data) =>
        {
            data.CopyTo(new Span<byte>(buffer, data.Length));
            told(result, data.Length);
        });
    }

    public static Action<int>? Into(int* result) => result is null ? null : code => *result = code;
}
