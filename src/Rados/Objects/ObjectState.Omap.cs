using CurveRbd.Store;

namespace CurveRbd.Rados;

// Sorted keys and values beside the bytes. Entries are records of their own, under an id that the object's record names.
public sealed partial class ObjectState
{
    private readonly SortedDictionary<ByteName, byte[]?> _omapChanges = [];
    private readonly List<string> _oldOmaps = [];

    // Where the entries lie that this operation has not changed; null once they are cleared.
    private string? ReadOmap { get; set; }

    /// <summary>Whether entries were read; what else was read then must be of the same version.</summary>
    internal bool HasReadOmap { get; private set; }

    /// <returns>null: no such key.</returns>
    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public async Task<byte[]?> OmapValueAsync(ByteName key, CancellationToken cancellationToken)
    {
        Require();
        if (_omapChanges.TryGetValue(key, out byte[]? changed))
            return changed;
        if (ReadOmap is null)
            return null;
        HasReadOmap = true;
        Record? record = await _records.GetAsync(_keys.OmapEntry(ReadOmap, key), cancellationToken).ConfigureAwait(false);
        return record?.Value.ToArray();
    }

    /// <summary>Entries after <paramref name="after"/> whose keys start with <paramref name="prefix"/>, in the order of their bytes.</summary>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public async Task<ObjectOmapPage> OmapAsync(ByteName after, ByteName prefix, ulong count, CancellationToken cancellationToken)
    {
        Require();
        int wanted = (int)Math.Min(count, int.MaxValue - 1);
        List<KeyValuePair<ByteName, byte[]>> stored = await StoredAsync(after, prefix, wanted, cancellationToken).ConfigureAwait(false);
        IEnumerable<KeyValuePair<ByteName, byte[]>> changed = _omapChanges
            .Where(pair => pair.Value is not null && pair.Key > after && StartsWith(pair.Key, prefix))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!));
        List<KeyValuePair<ByteName, byte[]>> all =
            [.. stored.Where(pair => !_omapChanges.ContainsKey(pair.Key)).Concat(changed).OrderBy(pair => pair.Key)];
        return new ObjectOmapPage([.. all.Take(wanted)], HasMore: all.Count > wanted);
    }

    /// <summary>Makes the object if need be.</summary>
    /// <exception cref="StorageException">EFBIG. ENAMETOOLONG</exception>
    public void SetOmap(ByteName key, byte[] value)
    {
        if (key.Length > ObjectLimits.OmapKeyLengthMax)
            throw new StorageException(Errno.ENAMETOOLONG, $"the key has {key.Length} bytes, at most {ObjectLimits.OmapKeyLengthMax} are allowed");
        if (value.Length > ObjectLimits.ValueSizeMax)
            throw new StorageException(Errno.EFBIG, $"the value of '{key}' has {value.Length} bytes, at most {ObjectLimits.ValueSizeMax} are allowed");
        Create();
        _omapChanges[key] = value;
    }

    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public void RemoveOmap(ByteName key)
    {
        Touch();
        _omapChanges[key] = null;
    }

    /// <param name="end">Exclusive.</param>
    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public async Task RemoveOmapAsync(ByteName begin, ByteName end, CancellationToken cancellationToken)
    {
        Touch();
        ObjectOmapPage all = await OmapAsync(ByteName.Empty, ByteName.Empty, int.MaxValue, cancellationToken).ConfigureAwait(false);
        foreach (KeyValuePair<ByteName, byte[]> pair in all.Entries.Where(pair => pair.Key >= begin && pair.Key < end))
            RemoveOmap(pair.Key);
    }

    /// <exception cref="StorageException">ENOENT: no such object.</exception>
    public void ClearOmap()
    {
        ObjectRecord now = Require();
        if (ReadOmap is not null)
            _oldOmaps.Add(ReadOmap);
        ReadOmap = null;
        _omapChanges.Clear();
        Change(now with { Omap = null });
    }

    private static bool StartsWith(ByteName key, ByteName prefix) => key.ToBytes().AsSpan().StartsWith(prefix.ToBytes());

    private async Task<List<KeyValuePair<ByteName, byte[]>>> StoredAsync(
        ByteName after, ByteName prefix, int wanted, CancellationToken cancellationToken)
    {
        if (ReadOmap is null)
            return [];
        HasReadOmap = true;
        string entries = _keys.OmapEntries(ReadOmap);
        int limit = wanted + 1 + _omapChanges.Count;
        IReadOnlyList<Record> records = await _records.RangeAsync(
            entries + ObjectKeys.OmapSuffix(prefix), entries + ObjectKeys.OmapSuffix(after), Math.Max(limit, 0), cancellationToken).ConfigureAwait(false);
        return [.. records.Select(record => KeyValuePair.Create(NameOf(record, entries), record.Value.ToArray()))];
    }

    private static ByteName NameOf(Record record, string entries) =>
        ByteName.FromBytes(Convert.FromHexString(record.Key.AsSpan(entries.Length)));
}
