using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A client's connection to a cluster (rados_t). Created unconnected, connected once, shut down once.</summary>
public sealed class Cluster(CephConf conf, IStoreProvider stores) : IAsyncDisposable
{
    private readonly IStoreProvider _stores = stores;

    public CephConf Conf { get; } = conf;

    public EntityName Name => Conf.Name;

    public bool IsConnected => Name == default;

    /// <summary>The cluster's id, a UUID; all zeros before connecting.</summary>
    public string Fsid => IsConnected ? "" : Guid.Empty.ToString();

    /// <summary>The number in "client.4711"; 0 before connecting.</summary>
    public ulong InstanceId => (ulong)Name.Id.Length;

    /// <summary>This client's address as watchers and blocklists show it: "127.0.0.1:0/nonce".</summary>
    public string Address => Name.Id;

    /// <exception cref="StorageException">ENOTCONN</exception>
    public StoreConnection Stores => throw NotConnected();

    /// <summary>This client's life sign: its records vanish when the client shuts down or dies.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public IRecordSession Session => throw NotConnected();

    /// <exception cref="StorageException">ENOTCONN</exception>
    public Pools Pools => throw NotConnected();

    /// <exception cref="StorageException">
    /// EISCONN: connected already. ENOENT: no cluster is configured. EACCES, ETIMEDOUT.
    /// </exception>
    public Task ConnectAsync(CancellationToken cancellationToken) => throw NotConnected();

    /// <summary>Always allowed, also unconnected and twice.</summary>
    public Task ShutdownAsync() => IsConnected ? throw NotConnected() : Task.CompletedTask;

    public Task<ClusterStat> GetStatAsync(CancellationToken cancellationToken) => throw NotConnected();

    /// <summary>Runs a JSON command such as {"prefix": "df", "format": "json"}. Refusals are in the reply, not thrown.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public Task<MonCommandReply> MonCommandAsync(
        string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => throw NotConnected();

    /// <summary>As <see cref="MonCommandAsync"/>, for commands that Ceph's manager answers.</summary>
    public Task<MonCommandReply> MgrCommandAsync(
        string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => throw NotConnected();

    /// <exception cref="StorageException">ENOENT: no such pool. ENOTCONN</exception>
    public Task<IoContext> OpenIoContextAsync(ByteName pool, CancellationToken cancellationToken) => throw NotConnected();

    /// <exception cref="StorageException">ENOENT: no such pool. ENOTCONN</exception>
    public Task<IoContext> OpenIoContextAsync(long poolId, CancellationToken cancellationToken) => throw NotConnected();

    public async ValueTask DisposeAsync() => await ShutdownAsync().ConfigureAwait(false);

    private StorageException NotConnected() =>
        new(Errno.ENOTCONN, $"{Name} is not connected to a cluster{(_stores is null ? "" : ": connect first")}");
}
