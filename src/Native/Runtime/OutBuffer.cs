using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// The protocols by which a caller learns that its buffer is too short. They differ in when the length is written back; the names
/// say how.
/// </summary>
internal static unsafe class OutBuffer
{
    /// <summary>The length becomes what is needed, on success too.</summary>
    public static int PutAndTellLength(ByteName value, byte* buffer, nuint* length)
    {
        ThrowIfNull(length);
        bool fits = TryPut(value, buffer, *length);
        *length = (nuint)value.Length + 1;
        return fits ? 0 : Failure.Of(Errno.ERANGE);
    }

    /// <summary>The length becomes what is needed only when the buffer is too short.</summary>
    public static int PutOrTellLength(ByteName value, byte* buffer, nuint* length)
    {
        ThrowIfNull(length);
        if (TryPut(value, buffer, *length))
            return 0;
        *length = (nuint)value.Length + 1;
        return Failure.Of(Errno.ERANGE);
    }

    /// <summary>The caller learns nothing but that it was too short.</summary>
    /// <param name="onSuccess">The answer when it fits.</param>
    public static int PutOrFail(ByteName value, byte* buffer, nuint length, int onSuccess) =>
        TryPut(value, buffer, length) ? onSuccess : Failure.Of(Errno.ERANGE);

    public static bool TryPut(ByteName value, byte* buffer, nuint length)
    {
        if (buffer is null || length < (nuint)value.Length + 1)
            return false;
        CString.CopyWithEnd(value, buffer);
        return true;
    }

    /// <summary>Names one after the other. The length becomes what is needed, on success too.</summary>
    public static int PutList(IEnumerable<ByteName> names, byte* buffer, nuint* length)
    {
        ThrowIfNull(length);
        nuint needed = LengthOf(names);
        bool fits = needed <= *length;
        *length = needed;
        if (!fits)
            return Failure.Of(Errno.ERANGE);
        ThrowIfNull(buffer);
        PutAll(names, buffer);
        return 0;
    }

    /// <summary>As <see cref="PutList"/> for two buffers; when one is too short neither is filled.</summary>
    public static int PutLists(
        IEnumerable<ByteName> keys, byte* keyBuffer, nuint* keysLength, IEnumerable<ByteName> values, byte* valueBuffer, nuint* valuesLength)
    {
        ThrowIfNull(keysLength);
        ThrowIfNull(valuesLength);
        nuint neededForKeys = LengthOf(keys);
        nuint neededForValues = LengthOf(values);
        bool fits = neededForKeys <= *keysLength && neededForValues <= *valuesLength;
        *keysLength = neededForKeys;
        *valuesLength = neededForValues;
        if (!fits)
            return Failure.Of(Errno.ERANGE);
        PutAll(keys, keyBuffer);
        PutAll(values, valueBuffer);
        return 0;
    }

    /// <summary>Names one after the other, each with its NUL.</summary>
    public static void PutAll(IEnumerable<ByteName> names, byte* buffer)
    {
        foreach (ByteName name in names)
            buffer += CString.CopyWithEnd(name, buffer);
    }

    public static nuint LengthOf(IEnumerable<ByteName> names)
    {
        nuint length = 0;
        foreach (ByteName name in names)
            length += (nuint)name.Length + 1;
        return length;
    }

    public static void ThrowIfNull(void* pointer)
    {
        if (pointer is null)
            throw new StorageException(Errno.EINVAL, "a pointer for results is NULL");
    }
}
