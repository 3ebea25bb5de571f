using CurveRbd.Store;
using Record = CurveRbd.Store.Record;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// An image whose layers a test arranges by hand, record by record, so that any state can be made: also one that no operation leads to.
/// Clusters are told by the byte that fills them.
/// </summary>
internal sealed class RecordedImage
{
    public const ulong Size = 128UL << 20;
    public const int Cluster = OverlayHeader.ClusterSize;

    private readonly TestPool _pool;

    private RecordedImage(TestPool pool, string id)
    {
        _pool = pool;
        Id = id;
    }

    public string Id { get; }

    public RecordKeys Keys => _pool.Images.Keys;

    public static async Task<RecordedImage> CreateAsync(TestPool pool, string name = "image")
    {
        await pool.CreateImageAsync(name, Size);
        return new RecordedImage(pool, await ImageResolution.IdOfAsync(pool.Images, name, CancellationToken.None));
    }

    public async Task<LayerGraph> ReadGraphAsync() => (await LayerGraph.ReadAsync(_pool.Images, Id, CancellationToken.None))!;

    /// <summary>A snapshot, and an overlay as the new head.</summary>
    public async Task<string> PushAsync(string? snapshot = null)
    {
        LayerGraph graph = await ReadGraphAsync();
        ImageHeader header = graph.Header.Value;
        var id = Guid.NewGuid();
        var path = new VolumePath(_pool.Io.Pool.Directory, VolumeNames.FromId(id.ToString()), "admin");
        OverlayHeader overlay = OverlayHeader.For(Size, id);
        await _pool.Volumes.CreateAsync(path, overlay.InitialVolumeSize(_pool.Volumes.Limits), CancellationToken.None);
        await using (IVolume volume = await _pool.Volumes.OpenAsync(path, readOnly: false, CancellationToken.None))
            await OverlayVolume.FormatAsync(volume, overlay);

        ulong snapshotId = header.SnapshotSeq + 1;
        RecordTransaction transaction = new RecordTransaction()
            .PutHeader(Keys.Header(Id), header with { HeadLayer = id.ToString(), SnapshotSeq = snapshotId })
            .PutLayer(Keys.Layer(Id, id.ToString()), new LayerRecord
            {
                Kind = LayerKind.Overlay,
                Pool = path.Pool,
                Volume = path.Name,
                Owner = path.Owner,
                Below = header.HeadLayer,
            })
            .PutClaim(Keys.Claim(path.Name), new VolumeClaim
            {
                State = ClaimState.Live,
                Pool = path.Pool,
                Volume = path.Name,
                Owner = path.Owner,
                ImageId = Id,
                ImagePoolId = _pool.Io.Pool.Id,
            });
        if (snapshot is not null)
        {
            transaction.Put(Keys.Snapshot(Id, snapshotId), Stored.Serialize(
                new SnapshotRecord { Id = snapshotId, Name = snapshot, Size = Size, Created = DateTimeOffset.UnixEpoch, Layer = header.HeadLayer },
                RbdJsonContext.Default.SnapshotRecord));
        }

        await CommitAsync(transaction);
        return id.ToString();
    }

    public async Task RemoveSnapshotAsync(string name)
    {
        LayerGraph graph = await ReadGraphAsync();
        Stored<SnapshotRecord> snapshot = graph.Snapshots.Single(candidate => candidate.Value.Name == name);
        await CommitAsync(new RecordTransaction()
            .Delete(snapshot.Record.Key)
            .PutHeader(graph.Header.Record.Key, graph.Header.Value));
    }

    public async Task ChangeLayerAsync(string layerId, Func<LayerRecord, LayerRecord> change)
    {
        LayerGraph graph = await ReadGraphAsync();
        await CommitAsync(new RecordTransaction()
            .PutLayer(Keys.Layer(Id, layerId), change(graph.Layers[layerId].Value))
            .PutHeader(graph.Header.Record.Key, graph.Header.Value));
    }

    public Task ChangeHeaderAsync(Func<ImageHeader, ImageHeader> change) => ChangeHeaderAsync(change, new RecordTransaction());

    /// <summary>Writes to the head.</summary>
    public async Task WriteAsync(byte value, params int[] clusters)
    {
        LayerStack stack = await OpenAsync((await ReadGraphAsync()).Header.Value.HeadLayer);
        foreach (int cluster in clusters)
            await stack.WriteAsync((ulong)cluster * Cluster, LayerStackFixture.Filled(Cluster, value));
        await stack.FlushAsync();
        await stack.DisposeAsync();
    }

    public async Task ZeroAsync(int cluster)
    {
        LayerStack stack = await OpenAsync((await ReadGraphAsync()).Header.Value.HeadLayer);
        await stack.ZeroAsync((ulong)cluster * Cluster, Cluster, ZeroMode.Unmap);
        await stack.FlushAsync();
        await stack.DisposeAsync();
    }

    /// <summary>The first clusters as the head, or a snapshot, has them.</summary>
    public async Task<byte[]> ReadAsync(int count, string? snapshot = null)
    {
        LayerGraph graph = await ReadGraphAsync();
        string top = snapshot is null
            ? graph.Header.Value.HeadLayer
            : graph.Snapshots.Single(candidate => candidate.Value.Name == snapshot).Value.Layer;
        LayerStack stack = await OpenAsync(top);
        var values = new byte[count];
        for (int cluster = 0; cluster < count; cluster++)
        {
            byte[] read = await LayerStackFixture.ReadAsync(stack, (ulong)cluster * Cluster, Cluster);
            Assert.True(read.AsSpan().IndexOfAnyExcept(read[0]) < 0, $"cluster {cluster} is mixed");
            values[cluster] = read[0];
        }

        await stack.DisposeAsync();
        return values;
    }

    public async Task<LayerStack> OpenAsync(string top)
    {
        LayerGraph graph = await ReadGraphAsync();
        var sources = new List<LayerSource>();
        ulong overlap = ulong.MaxValue;
        foreach (ImageLayer layer in graph.ChainOf(top))
        {
            IVolume volume = await _pool.Volumes.OpenAsync(layer.Value.Path, readOnly: false, CancellationToken.None);
            sources.Insert(0, new LayerSource(
                volume, _pool.Volumes.Limits, layer.Value.Kind == LayerKind.Overlay, overlap, IsMerging: layer.Value.IsMerging));
            overlap = layer.Value.BelowOverlap ?? ulong.MaxValue;
        }

        return await LayerStack.OpenAsync(sources, LayerStackOptions.Default);
    }

    /// <summary>Somebody who has the layers open and follows the header up to a revision.</summary>
    public Task PutReaderAsync(string name, long seenRevision)
    {
        var reader = new WatcherRecord { Address = "somewhere", ClientId = 1, Cookie = 1, SeenRevision = seenRevision };
        return CommitAsync(new RecordTransaction().Put(
            Keys.Readers(Id) + name, Stored.Serialize(reader, RbdJsonContext.Default.WatcherRecord), _pool.Io.Cluster.Session.Id));
    }

    public async Task<Record> GetHeaderRecordAsync() => (await _pool.Records.GetAsync(Keys.Header(Id), CancellationToken.None))!;

    public async Task CommitAsync(RecordTransaction transaction)
    {
        RecordCommit commit = await _pool.Records.CommitAsync(transaction, CancellationToken.None);
        Assert.True(commit.Succeeded);
    }

    private async Task ChangeHeaderAsync(Func<ImageHeader, ImageHeader> change, RecordTransaction transaction)
    {
        LayerGraph graph = await ReadGraphAsync();
        await CommitAsync(transaction.PutHeader(graph.Header.Record.Key, change(graph.Header.Value)));
    }
}
