using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Steps that change an object.</summary>
public static class ObjectWrites
{
    /// <summary>EEXIST when it must not exist and does.</summary>
    public static ObjectStep Create(bool isExclusive) => new((state, _) =>
    {
        if (isExclusive && state.Exists)
            throw new StorageException(Errno.EEXIST, $"object '{state.Id}' exists already");
        state.Create();
        return ObjectSteps.Ok;
    });

    public static ObjectStep Remove() => new((state, _) =>
    {
        state.Remove();
        return ObjectSteps.Ok;
    });

    public static ObjectStep Write(ulong offset, byte[] data) => new(async (state, cancellationToken) =>
    {
        await state.WriteAsync(offset, data, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    public static ObjectStep WriteFull(byte[] data) => new(async (state, cancellationToken) =>
    {
        state.Create();
        await state.TruncateAsync(0, cancellationToken).ConfigureAwait(false);
        await state.WriteAsync(0, data, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    public static ObjectStep Append(byte[] data) => new(async (state, cancellationToken) =>
    {
        await state.WriteAsync(state.Exists ? state.Size : 0, data, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    /// <summary>EINVAL unless <paramref name="length"/> is a multiple of the pattern's.</summary>
    public static ObjectStep WriteSame(ulong offset, ulong length, byte[] pattern) => new(async (state, cancellationToken) =>
    {
        if (pattern.Length == 0 || length % (ulong)pattern.Length != 0)
            throw new StorageException(Errno.EINVAL, $"{length} bytes are no multiple of the pattern's {pattern.Length}");
        if (length > ObjectLimits.SizeMax)
            throw new StorageException(Errno.EFBIG, $"an object may have {ObjectLimits.SizeMax} bytes");
        var data = new byte[length];
        for (int i = 0; i < data.Length; i += pattern.Length)
            pattern.CopyTo(data, i);
        await state.WriteAsync(offset, data, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Of a missing object: nothing.</summary>
    public static ObjectStep Truncate(ulong size) => new(async (state, cancellationToken) =>
    {
        if (state.Exists)
            await state.TruncateAsync(size, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    /// <summary>Of a missing object: nothing.</summary>
    public static ObjectStep Zero(ulong offset, ulong length) => new(async (state, cancellationToken) =>
    {
        if (state.Exists)
            await state.ZeroAsync(offset, length, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    public static ObjectStep SetAttribute(ByteName name, byte[] value) => new((state, _) =>
    {
        state.SetAttribute(name, value);
        return ObjectSteps.Ok;
    });

    public static ObjectStep RemoveAttribute(ByteName name) => new((state, _) =>
    {
        state.RemoveAttribute(name);
        return ObjectSteps.Ok;
    });

    public static ObjectStep SetOmap(IReadOnlyList<KeyValuePair<ByteName, byte[]>> entries) => new((state, _) =>
    {
        state.Create();
        foreach ((ByteName key, byte[] value) in entries)
            state.SetOmap(key, value);
        return ObjectSteps.Ok;
    });

    public static ObjectStep RemoveOmap(IReadOnlyList<ByteName> keys) => new((state, _) =>
    {
        state.Touch();
        foreach (ByteName key in keys)
            state.RemoveOmap(key);
        return ObjectSteps.Ok;
    });

    public static ObjectStep RemoveOmapRange(ByteName begin, ByteName end) => new(async (state, cancellationToken) =>
    {
        await state.RemoveOmapAsync(begin, end, cancellationToken).ConfigureAwait(false);
        return 0;
    });

    public static ObjectStep ClearOmap() => new((state, _) =>
    {
        state.ClearOmap();
        return ObjectSteps.Ok;
    });

    /// <summary>Hints change nothing here, but make the object, as in Ceph.</summary>
    public static ObjectStep Hint() => new((state, _) =>
    {
        state.Create();
        return ObjectSteps.Ok;
    });
}
