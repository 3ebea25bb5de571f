using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The volumes that an open image's layers lie in, each opened once.</summary>
/// <param name="isReadOnly">Opens all of them so; otherwise the image's own can be written to.</param>
internal sealed class LayerVolumes(bool isReadOnly)
{
    // A layer that is being filled reads the same as what it lies on. To take it for empty until it is full spares everybody to
    // arrange anew with each step of the filling.
    private const ulong NothingFilled = 0;

    private Dictionary<VolumePath, IVolume> _open = [];

    /// <summary>Opens what is not open yet; nothing is kept if that fails.</summary>
    /// <param name="chain">Topmost first.</param>
    /// <param name="reopensOwn">Opens the image's own anew: the store has shut out whoever had them open.</param>
    /// <returns>Bottom first. Give <see cref="KeepOnlyAsync"/> the same once they are in use.</returns>
    public async Task<IReadOnlyList<LayerSource>> OpenAsync(IReadOnlyList<ChainedLayer> chain, bool reopensOwn = false)
    {
        var opened = new List<IVolume>();
        try
        {
            var sources = new LayerSource[chain.Count];
            for (int i = 0; i < sources.Length; i++)
                sources[^(i + 1)] = await OpenAsync(chain[i], opened, isAnew: reopensOwn && chain[i].IsOwn).ConfigureAwait(false);
            return sources;
        }
        catch
        {
            await CloseAsync(opened).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes what the image's layers have no more use for.</summary>
    public async Task KeepOnlyAsync(IReadOnlyList<ChainedLayer> chain, IReadOnlyList<LayerSource> sources)
    {
        IVolume[] unused = [.. _open.Values.Except(sources.Select(source => source.Volume))];
        _open = chain.Select((layer, i) => KeyValuePair.Create(layer.Record.Path, sources[^(i + 1)].Volume)).ToDictionary();
        await CloseAsync(unused).ConfigureAwait(false);
    }

    /// <summary>Closes those of a chain that could not be used.</summary>
    public Task DropAsync(IReadOnlyList<LayerSource> sources) =>
        CloseAsync(sources.Select(source => source.Volume).Except(_open.Values));

    private async Task<LayerSource> OpenAsync(ChainedLayer layer, List<IVolume> opened, bool isAnew)
    {
        if (!_open.TryGetValue(layer.Record.Path, out IVolume? volume) || isAnew)
            opened.Add(volume = await OpenAsync(layer).ConfigureAwait(false));
        return new LayerSource(
            volume,
            layer.Pool.Volumes.Limits,
            layer.Record.Kind == LayerKind.Overlay,
            layer.Overlap,
            layer.Record.Filled is null ? ulong.MaxValue : NothingFilled,
            layer.Record.IsMerging);
    }

    private async Task<IVolume> OpenAsync(ChainedLayer layer)
    {
        LayerRecord record = layer.Record;
        if (record.SourceSpec is { } spec)
            return ImportFormats.Open(SourceSpec.Parse(spec), record.Path, layer.Pool.Volumes.Limits);
        VolumePath? missing = null;
        while (true)
        {
            VolumePath path = await LocateAsync(layer.Pool, record).ConfigureAwait(false);
            if (path == missing)
            {
                // Not ENOENT: the image is there, and a caller who takes it for missing may do the wrong thing.
                throw new StorageException(
                    Errno.EIO, $"image id {layer.ImageId}: its volume {path} is missing; restore it, or remove the image");
            }

            try
            {
                return await layer.Pool.Volumes.OpenAsync(path, isReadOnly || !layer.IsOwn, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StorageException error) when (error.Errno == Errno.ENOENT)
            {
                missing = path; // or renamed since we looked: a reader bars nobody
                record = await ReadAgainAsync(layer).ConfigureAwait(false);
            }
        }
    }

    private static async Task<VolumePath> LocateAsync(ImagePool pool, LayerRecord record)
    {
        if (record.MovingTo is not { } movingTo)
            return record.Path;
        bool hasMoved = await pool.Volumes.StatAsync(record.Path, CancellationToken.None).ConfigureAwait(false) is null;
        return hasMoved ? record.Path with { Name = movingTo } : record.Path;
    }

    private static async Task<LayerRecord> ReadAgainAsync(ChainedLayer layer)
    {
        Stored<LayerRecord>? record = await layer.Pool.GetAsync(
            layer.Pool.Keys.Layer(layer.ImageId, layer.LayerId), RbdJsonContext.Default.LayerRecord, CancellationToken.None).ConfigureAwait(false);
        return record?.Value
            ?? throw new StorageException(Errno.ENOENT, $"image id {layer.ImageId} was removed, or its layers changed at this moment");
    }

    private static async Task CloseAsync(IEnumerable<IVolume> volumes)
    {
        foreach (IVolume volume in volumes)
            await volume.DisposeAsync().ConfigureAwait(false);
    }
}
