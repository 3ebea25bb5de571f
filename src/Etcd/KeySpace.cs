using System.Text;
using Google.Protobuf;

namespace CurveRbd.Etcd;

/// <summary>Keys of records as keys of etcd: below one prefix.</summary>
internal sealed class KeySpace(string prefix)
{
    public ByteString KeyOf(string key) => ByteString.CopyFromUtf8(prefix + key);

    /// <summary>The first key that may come after <paramref name="after"/> under a prefix of records.</summary>
    public ByteString StartOf(string under, string? after) =>
        after is not null && string.CompareOrdinal(after, under) >= 0 ? KeyOf(after + '\0') : KeyOf(under);

    /// <summary>The first key that lies behind everything under a prefix of records.</summary>
    public ByteString EndOf(string under)
    {
        byte[] end = Encoding.UTF8.GetBytes(prefix + under);
        for (int last = end.Length - 1; last >= 0; last--)
        {
            if (end[last] == byte.MaxValue)
                continue;
            end[last]++;
            return ByteString.CopyFrom(end, 0, last + 1);
        }

        // etcd's word for "to the very end".
        return ByteString.CopyFrom(0);
    }

    public string NameOf(ByteString key) => key.ToStringUtf8()[prefix.Length..];
}
