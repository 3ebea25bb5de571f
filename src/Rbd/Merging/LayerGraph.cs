namespace CurveRbd.Rbd;

/// <summary>
/// The layers of an image and who needs them, read as one state: every change of them moves the header, so a transaction that requires
/// this header finds them as they are here.
/// </summary>
internal sealed class LayerGraph
{
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);

    public LayerGraph(ImageRecords records)
    {
        Header = records.Header;
        Layers = records.Layers.ToDictionary(
            layer => layer.Key, layer => new ImageLayer(layer.Key, layer.Value), StringComparer.Ordinal);
        Snapshots = records.Snapshots;
        Count(Header.Value.HeadLayer);
        foreach (ImageLayer layer in Layers.Values.Where(layer => layer.Value.Below is not null))
            Count(layer.Value.Below!);
        foreach (Stored<SnapshotRecord> snapshot in Snapshots)
            Count(snapshot.Value.Layer);
    }

    public Stored<ImageHeader> Header { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, ImageLayer> Layers { get; }

    public IReadOnlyList<Stored<SnapshotRecord>> Snapshots { get; }

    /// <summary>The largest size that the image has or has kept in a snapshot, in bytes.</summary>
    public ulong SizeMax => Math.Max(
        Math.Max(Header.Value.Size, Header.Value.CutEnd),
        Snapshots.Select(snapshot => Math.Max(snapshot.Value.Size, snapshot.Value.CutEnd)).DefaultIfEmpty().Max());

    /// <returns>null: there is no such image.</returns>
    public static async Task<LayerGraph?> ReadAsync(ImagePool pool, string imageId, CancellationToken cancellationToken) =>
        await ImageRecords.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false) is { } records ? new LayerGraph(records) : null;

    public int ReferencesTo(string layerId) => _references.GetValueOrDefault(layerId);

    public bool IsHead(ImageLayer layer) => string.Equals(layer.Id, Header.Value.HeadLayer, StringComparison.Ordinal);

    /// <summary>
    /// Whether every layer that something names is there. If not, what looks unneeded may be what is missing something above it.
    /// </summary>
    public bool IsWhole => _references.Keys.All(Layers.ContainsKey);

    // Until a migration has ended, its source and its destination have layers in common.
    private bool IsFixed => Header.Value.Migration is not null || !IsWhole;

    /// <summary>Layers that nothing leads to from the head or a snapshot, upper ones first.</summary>
    public IReadOnlyList<ImageLayer> FindUnreferenced()
    {
        if (IsFixed)
            return [];
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string top in Snapshots.Select(snapshot => snapshot.Value.Layer).Prepend(Header.Value.HeadLayer))
        {
            for (ImageLayer? layer = Find(top); layer is not null && needed.Add(layer.Id); layer = Find(layer.Value.Below))
            {
            }
        }

        return [.. Layers.Values.Where(layer => !needed.Contains(layer.Id)).OrderByDescending(layer => ChainOf(layer.Id).Count)];
    }

    /// <summary>
    /// The lowest layer that is there for one other only, and that one. From below, so that what several layers hold is moved once.
    /// </summary>
    /// <param name="withHead">Whether the head may be merged.</param>
    public LayerPair? FindMerge(bool withHead) => Layers.Values
        .Where(upper => (withHead || !IsHead(upper)) && CanMerge(upper))
        .OrderBy(upper => ChainOf(upper.Id).Count)
        .ThenBy(upper => upper.Id, StringComparer.Ordinal)
        .Select(upper => new LayerPair(Layers[upper.Value.Below!], upper))
        .FirstOrDefault();

    /// <returns>The layer and the one below it, if it can be merged.</returns>
    public LayerPair? FindPair(string upperId) =>
        Find(upperId) is { } upper && CanMerge(upper) ? new LayerPair(Layers[upper.Value.Below!], upper) : null;

    /// <summary>A layer and those below it in this image, topmost first. Ends where the records do, also when they lead in a circle.</summary>
    public IReadOnlyList<ImageLayer> ChainOf(string layerId)
    {
        var chain = new List<ImageLayer>();
        for (ImageLayer? layer = Find(layerId); layer is not null && !chain.Contains(layer); layer = Find(layer.Value.Below))
            chain.Add(layer);
        return chain;
    }

    public ImageLayer? Find(string? layerId) => layerId is null ? null : Layers.GetValueOrDefault(layerId);

    private bool CanMerge(ImageLayer upper) =>
        !IsFixed
        && upper.Value is { Kind: LayerKind.Overlay, MovingTo: null }
        && Find(upper.Value.Below) is { Value: { Filled: null, MovingTo: null } } lower
        && ReferencesTo(lower.Id) == 1;

    private void Count(string layerId) => _references[layerId] = ReferencesTo(layerId) + 1;
}
