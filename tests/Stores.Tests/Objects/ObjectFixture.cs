using System.Text;
using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Stores.Tests;

/// <summary>Two clients of a pool over a record store of the test's own, and the words that tests of objects use.</summary>
public abstract class ObjectFixture : IAsyncLifetime
{
    private readonly List<Cluster> _clients = [];
    private readonly MemoryVolumes _volumes = new(new VolumeLimits(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1ul << 50, CanShrink: true, WritesAreDurable: true, NameLengthMax: 255));

    private SameStores _stores = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected IRecordStore Records { get; private set; } = null!;

    protected IoContext Pool { get; private set; } = null!;

    protected IoContext Other { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Records = await OpenStoreAsync();
        _stores = new SameStores(_volumes, Records);
        Cluster first = await ConnectAsync();
        await first.Pools.CreateAsync("data", Token);
        Pool = await first.OpenIoContextAsync("data", Token);
        Other = await (await ConnectAsync()).OpenIoContextAsync("data", Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Cluster client in _clients)
            await client.DisposeAsync();
        await Records.DisposeAsync();
        await _volumes.DisposeAsync();
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<IRecordStore> OpenStoreAsync();

    protected virtual ValueTask CloseStoreAsync() => ValueTask.CompletedTask;

    protected async Task<Cluster> ConnectAsync()
    {
        var conf = new CephConf("ceph", EntityName.Admin);
        conf.Set("rbd_store", "local:/nowhere");
        var cluster = new Cluster(conf, _stores);
        await cluster.ConnectAsync(Token);
        _clients.Add(cluster);
        return cluster;
    }

    protected static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    protected Task<int> WriteAsync(string name, params ObjectStep[] steps) => WriteAsync(Pool, name, steps);

    protected static async Task<int> WriteAsync(IoContext pool, string name, params ObjectStep[] steps) =>
        (await pool.Objects.WriteAsync(pool.Objects.Identify(name), steps, null, Token)).Code;

    protected async Task<int> ReadAsync(string name, params ObjectStep[] steps) =>
        (await Pool.Objects.ReadAsync(Pool.Objects.Identify(name), steps, Token)).Code;

    protected async Task<byte[]> DataAsync(string name, ulong offset = 0, ulong length = ulong.MaxValue)
    {
        byte[] found = [];
        Assert.Equal(0, await ReadAsync(name, ObjectSteps.Read(offset, length, (_, data) => found = data)));
        return found;
    }

    protected async Task<string> OmapAsync(string name, string after = "", string prefix = "", ulong count = 1000)
    {
        string found = "";
        Assert.Equal(0, await ReadAsync(name, ObjectSteps.GetOmap(
            ByteName.FromBytes(Bytes(after)), ByteName.FromBytes(Bytes(prefix)), count, (_, page) => found = TextOf(page))));
        return found;
    }

    protected static ObjectStep SetOmap(params string[] pairs) => ObjectWrites.SetOmap(
        [.. pairs.Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(ByteName.FromBytes(Bytes(pair[0])), Bytes(pair[1])))]);

    /// <summary>Of all records but those of pools and sessions: what an object leaves when it is gone must be nothing.</summary>
    protected async Task<IReadOnlyList<string>> KeysAsync() =>
        [.. (await Records.RangeAsync($"pool/{Pool.Pool.Id}/rados/", null, 0, Token)).Select(record => record.Key)];

    private static string TextOf(ObjectOmapPage page) =>
        string.Join(' ', page.Entries.Select(pair => $"{pair.Key}={Encoding.Latin1.GetString(pair.Value)}")) + (page.HasMore ? " ..." : "");

    private sealed class SameStores(IVolumeStore volumes, IRecordStore records) : IStoreProvider
    {
        public Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken) =>
            Task.FromResult(new StoreConnection(volumes, records, () => ValueTask.CompletedTask));
    }
}
