using System.Text.Json.Serialization.Metadata;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>All that an image's records said at one moment, read in one range.</summary>
internal sealed class ImageRecords
{
    private readonly RecordKeys _keys;
    private readonly IReadOnlyList<Record> _records;

    private ImageRecords(RecordKeys keys, IReadOnlyList<Record> records, Stored<ImageHeader> header)
    {
        _keys = keys;
        _records = records;
        Header = header;
        Layers = Range(keys.Layers(Id), RbdJsonContext.Default.LayerRecord)
            .ToDictionary(layer => layer.Record.Key[keys.Layers(Id).Length..], StringComparer.Ordinal);
        Snapshots = Range(keys.Snapshots(Id), RbdJsonContext.Default.SnapshotRecord);
        Freeze = Find(keys.Freeze(Id), RbdJsonContext.Default.FreezeRecord);
    }

    public Stored<ImageHeader> Header { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, Stored<LayerRecord>> Layers { get; }

    /// <summary>By ascending id.</summary>
    public IReadOnlyList<Stored<SnapshotRecord>> Snapshots { get; }

    /// <summary>null: nobody is changing the layers of the head.</summary>
    public Stored<FreezeRecord>? Freeze { get; }

    public Stored<LayerRecord> HeadLayer => GetLayer(Header.Value.HeadLayer);

    public ImageTimesRecord Times => Find(_keys.Times(Id), RbdJsonContext.Default.ImageTimesRecord)?.Value
        ?? new ImageTimesRecord { Accessed = Header.Value.Created, Modified = Header.Value.Created };

    /// <summary>By encoded key.</summary>
    public IReadOnlyDictionary<string, ByteName> Metadata =>
        Range(_keys.ImageMetadata(Id), RbdJsonContext.Default.MetadataRecord).ToDictionary(
            pair => pair.Record.Key[_keys.ImageMetadata(Id).Length..], pair => pair.Value.Value, StringComparer.Ordinal);

    /// <summary>The clones of all snapshots.</summary>
    public IReadOnlyList<Stored<ChildRecord>> Children => Range(_keys.Children(Id), RbdJsonContext.Default.ChildRecord);

    private string Id => Header.Value.Id;

    /// <returns>null: no such image.</returns>
    public static async Task<ImageRecords?> ReadAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records =
            await pool.Records.RangeAsync(pool.Keys.Image(id), null, 0, cancellationToken).ConfigureAwait(false);
        return Find(records, pool.Keys.Header(id)) is { } header
            ? new ImageRecords(pool.Keys, records, Stored.Parse(header, RbdJsonContext.Default.ImageHeader))
            : null;
    }

    /// <summary>
    /// Only what says which layers the image and its snapshots have: a golden image has a thousand clones, and as many readers.
    /// </summary>
    /// <returns>null: no such image.</returns>
    public static async Task<ImageRecords?> ReadLayersAsync(ImagePool pool, string id, CancellationToken cancellationToken)
    {
        Record? header = await pool.Records.GetAsync(pool.Keys.Header(id), cancellationToken).ConfigureAwait(false);
        while (header is not null)
        {
            Task<IReadOnlyList<Record>> layers = pool.Records.RangeAsync(pool.Keys.Layers(id), null, 0, cancellationToken).AsTask();
            Task<IReadOnlyList<Record>> snapshots = pool.Records.RangeAsync(pool.Keys.Snapshots(id), null, 0, cancellationToken).AsTask();
            Record[] records = [header, .. await layers.ConfigureAwait(false), .. await snapshots.ConfigureAwait(false)];
            // Every change of the layers moves the header.
            Record? after = await pool.Records.GetAsync(pool.Keys.Header(id), cancellationToken).ConfigureAwait(false);
            if (after?.Revision == header.Revision)
                return new ImageRecords(pool.Keys, records, Stored.Parse(header, RbdJsonContext.Default.ImageHeader));
            header = after;
        }

        return null;
    }

    public IReadOnlyList<Stored<ChildRecord>> ChildrenOf(ulong snapshotId) =>
        Range(_keys.Children(Id, snapshotId), RbdJsonContext.Default.ChildRecord);

    public Stored<SnapshotRecord>? FindSnapshot(ulong id) => Snapshots.FirstOrDefault(snapshot => snapshot.Value.Id == id);

    /// <summary>Snapshots of users are known by name; those of groups, mirrors and the trash are not.</summary>
    public Stored<SnapshotRecord>? FindSnapshot(ByteName name) => Snapshots.FirstOrDefault(
        snapshot => snapshot.Value.NamespaceType == SnapshotNamespaceType.User && snapshot.Value.Name == name);

    /// <exception cref="StorageException">EIO: a record names a layer that is not there.</exception>
    public Stored<LayerRecord> GetLayer(string layerId) => Layers.TryGetValue(layerId, out Stored<LayerRecord>? layer)
        ? layer
        : throw new StorageException(Errno.EIO, $"image {Header.Value.Name} (id {Id}) has no record of its layer {layerId}; run \"curverbd check\"");

    /// <summary>One of the image's other records.</summary>
    public Stored<T>? Find<T>(string key, JsonTypeInfo<T> type)
        where T : VersionedRecord =>
        Find(_records, key) is { } record ? Stored.Parse(record, type) : null;

    private List<Stored<T>> Range<T>(string prefix, JsonTypeInfo<T> type)
        where T : VersionedRecord =>
        [.. _records.Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(record => Stored.Parse(record, type))];

    private static Record? Find(IReadOnlyList<Record> records, string key) =>
        records.FirstOrDefault(record => string.Equals(record.Key, key, StringComparison.Ordinal));
}
