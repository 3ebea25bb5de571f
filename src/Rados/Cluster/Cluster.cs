using System.Runtime.CompilerServices;
using CurveRbd.Store;
using Microsoft.Extensions.Logging;

namespace CurveRbd.Rados;

/// <summary>A client's connection to a cluster (rados_t). Created unconnected, connected once, shut down once.</summary>
public sealed partial class Cluster : IAsyncDisposable
{
    // The id of a store never changes and may cost a request to each of its nodes; so it is asked once for each open store.
    private static readonly ConditionalWeakTable<IVolumeStore, string> s_fsids = [];

    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private readonly IStoreProvider _stores;
    private readonly CephLog _log;
    private volatile ClusterConnection? _connection;
    private bool _isShutDown;

    public Cluster(CephConf conf, IStoreProvider stores)
        : this(conf, stores, TimeProvider.System)
    {
    }

    internal Cluster(CephConf conf, IStoreProvider stores, TimeProvider time)
    {
        Conf = conf;
        Time = time;
        _stores = stores;
        _log = new CephLog(conf, time);
        Logger = CreateLogger("rados");
        Pools = new Pools(this);
        Blocklist = new Blocklist(this);
        Services = new Services(this);
    }

    public CephConf Conf { get; }

    public EntityName Name => Conf.Name;

    public bool IsConnected => _connection is not null;

    /// <summary>The cluster's id, a UUID; all zeros before connecting.</summary>
    public string Fsid => _connection?.Fsid ?? Guid.Empty.ToString();

    /// <summary>The number in "client.4711"; 0 before connecting.</summary>
    public ulong InstanceId => (ulong)(_connection?.Session.FirstId ?? 0);

    /// <summary>This client's address as watchers and blocklists show it: "127.0.0.1:0/nonce". Empty before connecting.</summary>
    public string Address => _connection?.Fence.Address ?? "";

    /// <exception cref="StorageException">ENOTCONN</exception>
    public StoreConnection Stores => Connection.Stores;

    /// <summary>The records as this client may change them: not at all once it is on the blocklist.</summary>
    /// <exception cref="StorageException">ENOTCONN; of a commit also ESHUTDOWN.</exception>
    public IRecordStore Records => Connection.Records;

    /// <summary>This client's life sign: its records vanish when the client shuts down or dies.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public ClientSession Session => Connection.Session;

    /// <summary>Whether this client is on the blocklist.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public ClientFence Fence => Connection.Fence;

    /// <summary>Its methods throw ENOTCONN before connecting.</summary>
    public Pools Pools { get; }

    /// <summary>Its methods throw ENOTCONN before connecting.</summary>
    public Blocklist Blocklist { get; }

    /// <summary>Its methods throw ENOTCONN before connecting.</summary>
    public Services Services { get; }

    internal ILogger Logger { get; }

    internal ObjectOrder ObjectOrder { get; } = new();

    internal TimeProvider Time { get; }

    internal ClusterSettings Settings => Connection.Settings;

    private ClusterConnection Connection =>
        _connection ?? throw new StorageException(Errno.ENOTCONN, $"{Name} is not connected to a cluster");

    /// <summary>Messages of a subsystem ("rbd", "rados") to where the configuration sends them.</summary>
    public ILogger CreateLogger(string subsystem) => new SubsystemLogger(_log, subsystem);

    /// <exception cref="StorageException">
    /// EISCONN: connected already. ENOENT: no cluster is configured, or no keyring. EPERM, EACCES: no valid key though one is demanded.
    /// ETIMEDOUT: client_mount_timeout is over. ENOTCONN: shut down before.
    /// </exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isShutDown)
                throw new StorageException(Errno.ENOTCONN, $"{Name} has been shut down");
            if (IsConnected)
                throw new StorageException(Errno.EISCONN, $"{Name} is connected already");
            ClusterConnection opened = await OpenInTimeAsync(cancellationToken).ConfigureAwait(false);
            Conf.ApplyStored(opened.StoredOptions);
            _connection = opened;
            Conf.CountClients(1);
        }
        catch (StorageException error)
        {
            Report(error);
            throw;
        }
        finally
        {
            _lifecycle.Release();
        }

        if (_connection is { } connection)
            Log.Connected(Logger, Name, connection.Fsid, connection.Settings.Store, connection.Session.Id);
    }

    /// <summary>Always allowed, also unconnected and twice.</summary>
    public async Task ShutdownAsync()
    {
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _isShutDown = true;
            if (_connection is not { } connection)
                return;
            _connection = null;
            Conf.CountClients(-1);
            await CloseAsync("the watch on the blocklist", connection.Fence).ConfigureAwait(false);
            await CloseAsync("the session", connection.Session).ConfigureAwait(false);
            await CloseAsync("the store", connection.Stores).ConfigureAwait(false);
        }
        finally
        {
            _log.Dispose();
            _lifecycle.Release();
        }
    }

    /// <exception cref="StorageException">ENOTCONN</exception>
    public async Task<ClusterStat> GetStatAsync(CancellationToken cancellationToken)
    {
        StoreStatus status = await Stores.Volumes.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        ulong objects = 0;
        foreach (Pool pool in await Pools.ListAsync(cancellationToken).ConfigureAwait(false))
            objects += (await Pools.GetStatAsync(pool, cancellationToken).ConfigureAwait(false)).ObjectCount;
        return new ClusterStat(status.TotalBytes, status.UsedBytes, status.AvailableBytes, objects);
    }

    /// <summary>Runs a JSON command such as {"prefix": "df", "format": "json"}. Refusals are in the reply, not thrown.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public Task<MonCommandReply> MonCommandAsync(
        string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        MonCommands.RunAsync(Connected(), command, input, cancellationToken);

    /// <summary>As <see cref="MonCommandAsync"/>, for commands that Ceph's manager answers.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public Task<MonCommandReply> MgrCommandAsync(
        string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        MonCommands.RunAsync(Connected(), command, input, cancellationToken);

    /// <exception cref="StorageException">ENOENT: no such pool. ENOTCONN</exception>
    public async Task<IoContext> OpenIoContextAsync(ByteName pool, CancellationToken cancellationToken) =>
        new(this, await Pools.FindAsync(pool, cancellationToken).ConfigureAwait(false) ?? throw Pools.NotFound(pool));

    /// <exception cref="StorageException">ENOENT: no such pool. ENOTCONN</exception>
    public async Task<IoContext> OpenIoContextAsync(long poolId, CancellationToken cancellationToken) =>
        await FindIoContextAsync(poolId, cancellationToken).ConfigureAwait(false)
        ?? throw new StorageException(Errno.ENOENT, $"there is no pool with the id {poolId}");

    /// <returns>null: no such pool.</returns>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public async Task<IoContext?> FindIoContextAsync(long poolId, CancellationToken cancellationToken) =>
        await Pools.FindAsync(poolId, cancellationToken).ConfigureAwait(false) is { } pool ? new IoContext(this, pool) : null;

    public async ValueTask DisposeAsync() => await ShutdownAsync().ConfigureAwait(false);

    private Cluster Connected()
    {
        _ = Connection;
        return this;
    }

    private async Task<ClusterConnection> OpenInTimeAsync(CancellationToken cancellationToken)
    {
        ClusterSettings settings = ClusterSettings.Resolve(Conf);
        Keyring.ThrowUnlessSufficient(Conf);
        TimeSpan timeout = Conf.GetTimeout("client_mount_timeout") ?? Timeout.InfiniteTimeSpan;
        using var expiry = new CancellationTokenSource(timeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        Task<ClusterConnection> opening = Task.Run(() => OpenAsync(settings, either.Token), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            CloseWhenOpen(opening);
            throw new StorageException(
                Errno.ETIMEDOUT, $"{settings.Store} did not answer within {timeout.TotalSeconds} s");
        }
        catch (OperationCanceledException)
        {
            CloseWhenOpen(opening);
            throw;
        }
    }

    private async Task<ClusterConnection> OpenAsync(ClusterSettings settings, CancellationToken cancellationToken)
    {
        StoreConnection stores = await _stores.ConnectAsync(settings.Store, cancellationToken).ConfigureAwait(false);
        try
        {
            string fsid = await FsidOfAsync(stores.Volumes, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<StoredOption> stored =
                await new StoredConfig(stores.Records).ListAsync(Name, cancellationToken).ConfigureAwait(false);
            ClientSession session = await ClientSession.OpenAsync(stores.Records, Time, cancellationToken).ConfigureAwait(false);
            var fence = new ClientFence(stores.Records, ClientAddress.Of(settings.Monitors, session.Id), Time);
            return new ClusterConnection(settings, stores, session, fsid, fence, stored);
        }
        catch
        {
            await stores.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<string> FsidOfAsync(IVolumeStore volumes, CancellationToken cancellationToken)
    {
        if (s_fsids.TryGetValue(volumes, out string? known))
            return known;
        StoreStatus status = await volumes.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        s_fsids.AddOrUpdate(volumes, status.Fsid);
        return status.Fsid;
    }

    // A store that does not heed the cancellation answers late; what it opened then must not stay open.
    private void CloseWhenOpen(Task<ClusterConnection> opening) => _ = opening.ContinueWith(
        async late =>
        {
            if (!late.IsCompletedSuccessfully)
                return;
            await CloseAsync("the session", late.Result.Session).ConfigureAwait(false);
            await CloseAsync("the store", late.Result.Stores).ConfigureAwait(false);
        },
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);

    // Shutting down can't fail: whatever is left dies with the process or by its session.
    private async Task CloseAsync(string what, IAsyncDisposable part)
    {
        try
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Log.ShutdownFailed(Logger, Name, what, error);
        }
    }

    private void Report(StorageException error)
    {
        // Ceph prints this line whatever the log settings are; QEMU's tests compare it.
        if (error.Message == ClusterSettings.NoMonitors)
            LineWriter.WriteToStandardError(ClusterSettings.NoMonitors);
        else
            Log.ConnectFailed(Logger, Name, error.Message);
    }
}
