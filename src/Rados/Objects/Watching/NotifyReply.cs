using System.Buffers.Binary;

namespace CurveRbd.Rados;

/// <summary>What came of a notification.</summary>
/// <param name="Missing">Who did not answer in time, or has gone.</param>
public sealed record NotifyReply(IReadOnlyList<KeyValuePair<ObjectWatcherId, byte[]>> Acknowledged, IReadOnlyList<ObjectWatcherId> Missing)
{
    private const int WatcherSize = 2 * sizeof(ulong);

    /// <summary>
    /// As librados hands it out, little endian: the number of answers, for each client, cookie, length and bytes, then the number of those
    /// missing, for each client and cookie.
    /// </summary>
    public byte[] Encode()
    {
        int size = (2 * sizeof(uint)) + Acknowledged.Sum(each => WatcherSize + sizeof(uint) + each.Value.Length) + (Missing.Count * WatcherSize);
        var encoded = new byte[size];
        Span<byte> rest = encoded;
        Put(ref rest, (uint)Acknowledged.Count);
        foreach ((ObjectWatcherId watcher, byte[] answer) in Acknowledged)
        {
            Put(ref rest, watcher);
            Put(ref rest, (uint)answer.Length);
            answer.CopyTo(rest);
            rest = rest[answer.Length..];
        }

        Put(ref rest, (uint)Missing.Count);
        foreach (ObjectWatcherId watcher in Missing)
            Put(ref rest, watcher);
        return encoded;
    }

    /// <exception cref="ArgumentException">These bytes are no such reply.</exception>
    public static NotifyReply Decode(ReadOnlySpan<byte> encoded)
    {
        var acknowledged = new List<KeyValuePair<ObjectWatcherId, byte[]>>();
        uint count = TakeUInt(ref encoded);
        for (uint i = 0; i < count; i++)
        {
            ObjectWatcherId watcher = TakeWatcher(ref encoded);
            uint length = TakeUInt(ref encoded);
            acknowledged.Add(KeyValuePair.Create(watcher, Take(ref encoded, length).ToArray()));
        }

        var missing = new List<ObjectWatcherId>();
        count = TakeUInt(ref encoded);
        for (uint i = 0; i < count; i++)
            missing.Add(TakeWatcher(ref encoded));
        return new NotifyReply(acknowledged, missing);
    }

    private static void Put(ref Span<byte> rest, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, value);
        rest = rest[sizeof(uint)..];
    }

    private static void Put(ref Span<byte> rest, ObjectWatcherId watcher)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, watcher.Client);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[sizeof(ulong)..], watcher.Cookie);
        rest = rest[WatcherSize..];
    }

    private static uint TakeUInt(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, sizeof(uint)));

    private static ObjectWatcherId TakeWatcher(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> bytes = Take(ref rest, WatcherSize);
        return new ObjectWatcherId(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, uint count)
    {
        if (count > (uint)rest.Length)
            throw new ArgumentException($"the reply ends {count - (uint)rest.Length} bytes too early");
        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
