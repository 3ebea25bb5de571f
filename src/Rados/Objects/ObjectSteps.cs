using System.Buffers.Binary;
using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Steps that look, assert and compare; allowed in reads and in writes.</summary>
public static class ObjectSteps
{
    /// <param name="done">The step's result, and what was read.</param>
    public static ObjectStep Read(ulong offset, ulong length, Action<int, byte[]> done)
    {
        byte[] read = [];
        return new ObjectStep(async (state, cancellationToken) =>
        {
            read = await state.ReadAsync(offset, length, cancellationToken).ConfigureAwait(false);
            return 0;
        })
        { Done = result => done(result, result < 0 ? [] : read) };
    }

    public static ObjectStep Stat(Action<int, ulong, DateTimeOffset> done)
    {
        ulong size = 0;
        DateTimeOffset modified = default;
        return new ObjectStep((state, _) =>
        {
            (size, modified) = (state.Size, state.Modified);
            return Ok;
        })
        { Done = result => done(result, size, modified) };
    }

    /// <exception cref="StorageException">The step: ENODATA when the object has no such attribute.</exception>
    public static ObjectStep GetAttribute(ByteName name, Action<int, byte[]> done)
    {
        byte[] value = [];
        return new ObjectStep((state, _) =>
        {
            value = state.Attribute(name) ?? throw new StorageException(Errno.ENODATA, $"object '{state.Id}' has no attribute '{name}'");
            return Ok;
        })
        { Done = result => done(result, value) };
    }

    public static ObjectStep GetAttributes(Action<int, IReadOnlyList<KeyValuePair<ByteName, byte[]>>> done)
    {
        IReadOnlyList<KeyValuePair<ByteName, byte[]>> all = [];
        return new ObjectStep((state, _) =>
        {
            all = state.Attributes();
            return Ok;
        })
        { Done = result => done(result, all) };
    }

    public static ObjectStep GetOmap(ByteName after, ByteName prefix, ulong count, Action<int, ObjectOmapPage> done)
    {
        var page = new ObjectOmapPage([], HasMore: false);
        return new ObjectStep(async (state, cancellationToken) =>
        {
            page = await state.OmapAsync(after, prefix, count, cancellationToken).ConfigureAwait(false);
            return 0;
        })
        { Done = result => done(result, page) };
    }

    public static ObjectStep GetOmapByKeys(IReadOnlyList<ByteName> keys, Action<int, ObjectOmapPage> done)
    {
        List<KeyValuePair<ByteName, byte[]>> found = [];
        return new ObjectStep(async (state, cancellationToken) =>
        {
            found = [];
            foreach (ByteName key in keys.Distinct().Order())
            {
                if (await state.OmapValueAsync(key, cancellationToken).ConfigureAwait(false) is { } value)
                    found.Add(KeyValuePair.Create(key, value));
            }

            state.ThrowIfAbsent();
            return 0;
        })
        { Done = result => done(result, new ObjectOmapPage(found, HasMore: false)) };
    }

    public static ObjectStep AssertExists() => new((state, _) =>
    {
        state.ThrowIfAbsent();
        return Ok;
    });

    /// <summary>ERANGE: the object's version is higher. EOVERFLOW: it is lower.</summary>
    public static ObjectStep AssertVersion(ulong version) => new((state, _) => version == state.Version
        ? Ok
        : throw new StorageException(
            version < state.Version ? Errno.ERANGE : Errno.EOVERFLOW, $"object '{state.Id}' has version {state.Version}, expected {version}"));

    /// <summary>The step's result tells the first byte that differs; what is beyond the object's end counts as zeros.</summary>
    public static ObjectStep CompareData(ulong offset, byte[] expected, Action<int>? done) => new(async (state, cancellationToken) =>
    {
        byte[] found = state.Exists ? await state.ReadAsync(offset, (ulong)expected.Length, cancellationToken).ConfigureAwait(false) : [];
        Array.Resize(ref found, expected.Length);
        int same = found.AsSpan().CommonPrefixLength(expected);
        return same == expected.Length ? 0 : ObjectOutcome.Mismatch(same);
    })
    { Done = done };

    /// <summary>ECANCELED when it does not hold. A missing attribute compares as an empty one.</summary>
    public static ObjectStep CompareAttribute(ByteName name, ObjectComparison comparison, byte[] value) => new((state, _) =>
    {
        byte[] found = (state.Exists ? state.Attribute(name) : null) ?? [];
        return Holds(comparison, value, found)
            ? Task.FromResult(1)
            : throw new StorageException(Errno.ECANCELED, $"object '{state.Id}': attribute '{name}' is another");
    });

    /// <summary>ECANCELED when it does not hold. A missing entry compares as an empty one.</summary>
    public static ObjectStep CompareOmap(ByteName key, ObjectComparison comparison, byte[] value, Action<int>? done) =>
        new(async (state, cancellationToken) =>
        {
            byte[] found = await state.OmapValueAsync(key, cancellationToken).ConfigureAwait(false) ?? [];
            return Holds(comparison, value, found)
                ? 0
                : throw new StorageException(Errno.ECANCELED, $"object '{state.Id}': the value of '{key}' is another");
        })
        { Done = done };

    /// <summary>CRC-32C of pieces of the object, as Ceph lays them out: the count, then each sum, all little endian.</summary>
    /// <param name="pieceSize">0 = all in one.</param>
    public static ObjectStep Crc32C(uint initial, ulong offset, ulong length, ulong pieceSize, Action<int, byte[]> done)
    {
        byte[] sums = [];
        return new ObjectStep(async (state, cancellationToken) =>
        {
            byte[] data = await state.ReadAsync(offset, length == 0 ? ulong.MaxValue : length, cancellationToken).ConfigureAwait(false);
            int piece = pieceSize == 0 ? data.Length : (int)Math.Min(pieceSize, int.MaxValue);
            if (piece > 0 && data.Length % piece != 0)
                throw new StorageException(Errno.EINVAL, $"{data.Length} bytes are no multiple of {piece}");
            sums = Sums(initial, data, piece);
            return 0;
        })
        { Done = result => done(result, sums) };
    }

    /// <summary>No methods of object classes are here.</summary>
    public static ObjectStep Refuse(Errno errno, string message, Action<int>? done) =>
        new((_, _) => throw new StorageException(errno, message)) { Done = done };

    internal static Task<int> Ok { get; } = Task.FromResult(0);

    private static byte[] Sums(uint initial, byte[] data, int piece)
    {
        int count = piece == 0 ? 0 : data.Length / piece;
        var sums = new byte[sizeof(uint) * (1 + count)];
        BinaryPrimitives.WriteInt32LittleEndian(sums, count);
        for (int i = 0; i < count; i++)
        {
            uint sum = initial;
            foreach (byte each in data.AsSpan(i * piece, piece))
                sum = BitOperations.Crc32C(sum, each);
            BinaryPrimitives.WriteUInt32LittleEndian(sums.AsSpan(sizeof(uint) * (1 + i)), sum);
        }

        return sums;
    }

    // As in Ceph: what the caller gave stands on the left.
    private static bool Holds(ObjectComparison comparison, byte[] given, byte[] found)
    {
        int order = given.AsSpan().SequenceCompareTo(found);
        return comparison switch
        {
            ObjectComparison.Equal => order == 0,
            ObjectComparison.NotEqual => order != 0,
            ObjectComparison.Greater => order > 0,
            ObjectComparison.GreaterOrEqual => order >= 0,
            ObjectComparison.Less => order < 0,
            ObjectComparison.LessOrEqual => order <= 0,
            _ => throw new StorageException(Errno.EINVAL, $"there is no comparison {(int)comparison}"),
        };
    }
}
