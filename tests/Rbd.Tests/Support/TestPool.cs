using CurveRbd.Local;
using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>A pool on stores in memory, with as many clients as a test wants.</summary>
internal sealed class TestPool : IAsyncDisposable
{
    private readonly List<Cluster> _clients = [];
    private Func<Task> _release = () => Task.CompletedTask;
    private Func<Task<(IVolumeStore Volumes, IRecordStore Records)>>? _connect;

    private TestPool(IVolumeStore volumes, IRecordStore records)
    {
        Volumes = volumes;
        Records = records;
    }

    public static VolumeLimits ByteLimits { get; } = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1ul << 50, CanShrink: true, WritesAreDurable: false, NameLengthMax: 255);

    public static VolumeLimits CurveLimits { get; } = new(
        BlockSize: 4096,
        SizeMin: 10ul << 30,
        SizeGranularity: 1ul << 30,
        SizeMax: 20ul << 40,
        CanShrink: false,
        WritesAreDurable: true,
        NameLengthMax: 255);

    /// <summary>Of a pool on the embedded store.</summary>
    public string Directory { get; private set; } = "";

    public IVolumeStore Volumes { get; }

    public IRecordStore Records { get; }

    public IoContext Io { get; private set; } = null!;

    public ImagePool Images => new(Io);

    public static Task<TestPool> CreateAsync(VolumeLimits? limits = null) =>
        CreateAsync(new MemoryVolumes(limits ?? ByteLimits), new MemoryRecords());

    public static async Task<TestPool> CreateAsync(IVolumeStore volumes, IRecordStore records)
    {
        var pool = new TestPool(volumes, records);
        Cluster client = await pool.ConnectAsync(volumes, records);
        await client.Pools.CreateAsync("pool", CancellationToken.None);
        pool.Io = await client.OpenIoContextAsync("pool", CancellationToken.None);
        return pool;
    }

    /// <summary>On stores that each client connects to by itself, as processes of their own would.</summary>
    /// <param name="release">Ends what the stores lie on.</param>
    public static async Task<TestPool> CreateAsync(Func<Task<(IVolumeStore Volumes, IRecordStore Records)>> connect, Func<Task> release)
    {
        (IVolumeStore volumes, IRecordStore records) = await connect();
        TestPool pool = await CreateAsync(volumes, records);
        (pool._connect, pool._release) = (connect, release);
        return pool;
    }

    public async Task<IoContext> ConnectAnotherAsync()
    {
        (IVolumeStore volumes, IRecordStore records) = _connect is null ? (Volumes, Records) : await _connect();
        return await ConnectAnotherAsync(volumes, records);
    }

    /// <summary>Another client, which sees the stores through a test's eyes.</summary>
    public async Task<IoContext> ConnectAnotherAsync(IVolumeStore volumes, IRecordStore records, string user = "admin")
    {
        Cluster client = await ConnectAsync(volumes, records, user);
        return await client.OpenIoContextAsync("pool", CancellationToken.None);
    }

    public async Task<IoContext> CreatePoolAsync(ByteName name)
    {
        await Io.Cluster.Pools.CreateAsync(name, CancellationToken.None);
        return await Io.Cluster.OpenIoContextAsync(name, CancellationToken.None);
    }

    /// <summary>A client's process dies: its session ends, nothing else is done.</summary>
    public static async Task KillAsync(IoContext io) => await io.Cluster.Session.DisposeAsync();

    public IoContext InNamespace(ByteName name)
    {
        IoContext io = Io.Clone();
        io.Namespace = name;
        return io;
    }

    public Task<int> CreateImageAsync(ByteName name, ulong size, ImageOptions? options = null) =>
        ImageDirectory.CreateAsync(Io, name, size, options ?? new ImageOptions(), CancellationToken.None);

    public Task<Image> OpenAsync(ByteName name, bool readOnly = false) =>
        Image.OpenAsync(Io, name, null, readOnly, CancellationToken.None);

    public async Task<Image> CreateAndOpenAsync(ulong size, ImageOptions? options = null, string name = "image")
    {
        await CreateImageAsync(name, size, options);
        return await OpenAsync(name);
    }

    public Task RemoveAsync(ByteName name) => ImageDirectory.RemoveAsync(Io, name, null, CancellationToken.None);

    public async Task<IEnumerable<string>> ListAsync() =>
        (await ImageDirectory.ListAsync(Io, CancellationToken.None)).Select(image => image.Name.ToString());

    public async Task<IEnumerable<string>> ListVolumesAsync() =>
        (await Volumes.ListAsync(Io.Pool.Directory, CancellationToken.None)).Select(volume => volume.Name).Order(StringComparer.Ordinal);

    /// <summary>On the embedded store, in a directory that lives as long as the pool.</summary>
    public static async Task<TestPool> CreateLocalAsync()
    {
        DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("rbd-tests-");
        LocalStore store = await LocalStore.OpenAsync(directory.FullName, CancellationToken.None);
        TestPool pool = await CreateAsync(store.Volumes, store.Records);
        pool.Directory = directory.FullName;
        pool._release = async () =>
        {
            await store.DisposeAsync();
            directory.Delete(recursive: true);
        };
        return pool;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Cluster client in _clients)
            await client.DisposeAsync();
        await _release();
    }

    private async Task<Cluster> ConnectAsync(IVolumeStore volumes, IRecordStore records, string user = "admin")
    {
        var conf = new CephConf("ceph", new EntityName("client", user));
        conf.Set("rbd_store", "local:/unused");
        var client = new Cluster(conf, new FixedStores(volumes, records));
        _clients.Add(client);
        await client.ConnectAsync(CancellationToken.None);
        return client;
    }
}
