using CurveRbd.Store;

namespace CurveRbd.Rados;

// Extended attributes.
public sealed partial class ObjectState
{
    /// <returns>null: the object has no such attribute.</returns>
    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public byte[]? Attribute(ByteName name) => Require().Attributes.GetValueOrDefault(name.Encode());

    /// <exception cref="StorageException">ENOENT</exception>
    public IReadOnlyList<KeyValuePair<ByteName, byte[]>> Attributes() =>
        [.. Require().Attributes.Select(pair => KeyValuePair.Create(ByteName.Decode(pair.Key), pair.Value)).OrderBy(pair => pair.Key)];

    /// <summary>Makes the object if need be.</summary>
    /// <exception cref="StorageException">EFBIG. ENAMETOOLONG</exception>
    public void SetAttribute(ByteName name, byte[] value)
    {
        if (name.Length > ObjectLimits.AttributeNameLengthMax)
        {
            throw new StorageException(
                Errno.ENAMETOOLONG, $"the attribute's name has {name.Length} bytes, at most {ObjectLimits.AttributeNameLengthMax} are allowed");
        }

        Create();
        SortedDictionary<string, byte[]> attributes = Copy(Require().Attributes);
        attributes[name.Encode()] = value;
        if (attributes.Values.Sum(each => each.Length) > ObjectLimits.AttributesSizeMax)
        {
            throw new StorageException(
                Errno.EFBIG, $"the attributes of '{Id}' would exceed {ObjectLimits.AttributesSizeMax} bytes: keep large values in the omap");
        }

        Change(Require() with { Attributes = attributes });
    }

    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public void RemoveAttribute(ByteName name)
    {
        SortedDictionary<string, byte[]> attributes = Copy(Require().Attributes);
        attributes.Remove(name.Encode());
        Change(Require() with { Attributes = attributes });
    }

    internal ObjectLockRecord? Lock(ByteName name) => _now?.Locks.GetValueOrDefault(name.Encode());

    /// <param name="held">null: nobody holds it any more.</param>
    internal void SetLock(ByteName name, ObjectLockRecord? held)
    {
        Create();
        SortedDictionary<string, ObjectLockRecord> locks = Copy(Require().Locks);
        if (held is null)
            locks.Remove(name.Encode());
        else
            locks[name.Encode()] = held;
        Change(Require() with { Locks = locks });
    }

    private static SortedDictionary<string, T> Copy<T>(SortedDictionary<string, T> original) => new(original, StringComparer.Ordinal);
}
