using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Looks at a CurveBS cluster part by part, and says of each what is wrong with it or with the configuration.</summary>
public sealed class CurveDiagnosis(CurveOptions options) : IAsyncDisposable
{
    // Whose files are asked for where anybody's would do; not root, for whom a refusal could have two reasons.
    private const string Anybody = "curverbd-check";

    private const double FullRatio = 0.95;

    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_skewSearched = TimeSpan.FromHours(1);

    // An MDS accepts what is less than 15 s off, so steps of 20 s leave no gap.
    private static readonly TimeSpan s_skewStep = TimeSpan.FromSeconds(20);

    private readonly RpcChannels _channels = new(RpcChannelOptions.Default with { ConnectTimeout = s_callTimeout }, TimeProvider.System);
    private readonly List<StoreFinding> _findings = [];

    public ValueTask DisposeAsync() => _channels.DisposeAsync();

    /// <summary>Everything but pools. What can't be looked at because something before it is broken is left out.</summary>
    public async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken)
    {
        if (await FindLeaderAsync().ConfigureAwait(false) && await HasRightClockAsync(cancellationToken).ConfigureAwait(false))
        {
            await CheckRootAsync(cancellationToken).ConfigureAwait(false);
            await CheckChunkServersAsync(cancellationToken).ConfigureAwait(false);
        }

        if (options.NebdSocket.Length > 0)
            await CheckNebdAsync().ConfigureAwait(false);
        return _findings;
    }

    /// <summary>Whether the directories of pools are there and this client's.</summary>
    public async Task<IReadOnlyList<StoreFinding>> CheckPoolsAsync(IReadOnlyList<string> directories, CancellationToken cancellationToken)
    {
        foreach (string directory in directories)
            await LookAsync($"directory /{directory}", () => CheckPoolAsync($"/{directory}", cancellationToken)).ConfigureAwait(false);
        return _findings;
    }

    private MdsNamespace NamespaceAt(TimeProvider time) => new(new MdsClient(options, _channels, TimeProvider.System), options, time);

    private async Task<bool> FindLeaderAsync()
    {
        bool isFound = false;
        foreach (string address in options.MdsAddresses)
            isFound |= await IsLeaderAsync(address).ConfigureAwait(false);
        if (!isFound)
            Bad("MDS", "none of those in curve_mds leads. Are they running, is curve_mds right, and is the cluster's own etcd well?");
        return isFound;
    }

    private async Task<bool> IsLeaderAsync(string address)
    {
        string subject = $"MDS {address}";
        try
        {
            using RpcCall call = RpcChannel.Rent(MdsMethods.GetClusterInfo, s_callTimeout);
            StrictProto.WriteRequest(call, new GetClusterInfoRequest());
            await _channels[RpcEndpoint.Parse(address)].CallAsync(call).ConfigureAwait(false);
            Good(subject, $"leads cluster {StrictProto.ReadReply(call, GetClusterInfoResponse.Parser).ClusterId}");
            return true;
        }
        catch (FormatException error)
        {
            Bad(subject, $"curve_mds: {error.Message}");
        }
        catch (RpcException error) when (error.Code == RpcErrorCode.ECONNREFUSED)
        {
            Good(subject, "does not listen: it stands by, or is not running");
        }
        catch (RpcException error)
        {
            Bad(subject, $"can't be reached: {error.Message}");
        }

        return false;
    }

    private async Task<bool> HasRightClockAsync(CancellationToken cancellationToken)
    {
        bool isRight = await AcceptsAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (isRight)
        {
            Good("clock", "agrees with the MDS' (less than 15 s off)");
            return true;
        }

        for (TimeSpan shift = s_skewStep; shift <= s_skewSearched; shift += s_skewStep)
        {
            foreach (TimeSpan tried in (TimeSpan[])[shift, -shift])
            {
                if (!await AcceptsAsync(tried, cancellationToken).ConfigureAwait(false))
                    continue;
                Bad("clock", $"this host's is about {shift.TotalSeconds:0} s {(tried > TimeSpan.Zero ? "behind" : "ahead of")} the MDS'; from 15 s on it refuses everything (kOwnerAuthFail). Set them by NTP");
                return false;
            }
        }

        Bad("clock", "this host's is more than an hour off the MDS', which therefore refuses everything (kOwnerAuthFail). Set them by NTP");
        return false;
    }

    private async Task<bool> AcceptsAsync(TimeSpan shift, CancellationToken cancellationToken)
    {
        try
        {
            await NamespaceAt(new ShiftedTime(shift)).FindAsync($"/{Anybody}-{Guid.NewGuid()}", Anybody, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StorageException refusal) when (refusal.Errno == Errno.EPERM)
        {
            return false;
        }
    }

    private Task CheckRootAsync(CancellationToken cancellationToken) => LookAsync("password of root", async () =>
    {
        if (options.RootPassword.Length == 0)
        {
            Good("password of root", "not set (curve_root_password): pools can't be listed, all else works");
            return;
        }

        try
        {
            await NamespaceAt(TimeProvider.System).ListAsync("/", MdsStamp.RootUser, cancellationToken).ConfigureAwait(false);
            Good("password of root", "is right");
        }
        catch (StorageException refusal) when (refusal.Errno == Errno.EPERM)
        {
            Bad("password of root", "curve_root_password is wrong: it has to be mds.auth.rootPassword in the MDS' mds.conf");
        }
    });

    private Task CheckChunkServersAsync(CancellationToken cancellationToken) => LookAsync("chunkservers", async () =>
    {
        CurveVolumeStore store = await CurveVolumeStore.ConnectAsync(options, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            StoreStatus status = await store.GetStatusAsync(cancellationToken).ConfigureAwait(false);
            Good("release", $"CurveBS {store.Capabilities.Releases}");
            foreach (StoreNode node in status.Nodes)
                await CheckChunkServerAsync(node).ConfigureAwait(false);
            CheckSpace(status);
        }
    });

    private async Task CheckChunkServerAsync(StoreNode node)
    {
        string subject = $"chunkserver {node.Id} ({node.Address})";
        if (!node.IsUp)
        {
            Bad(subject, "the MDS says that it is offline");
            return;
        }

        try
        {
            using RpcCall call = RpcChannel.Rent(ChunkMethods.GetLeader, s_callTimeout);
            StrictProto.WriteRequest(call, new GetLeaderRequest2 { LogicPoolId = 0, CopysetId = 0 });
            await _channels[RpcEndpoint.Parse(node.Address)].CallAsync(call).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.Code is RpcErrorCode.ENOENT or RpcErrorCode.EAGAIN)
        {
            Good(subject, "answers");
        }
        catch (RpcException error)
        {
            Bad(subject, $"can't be reached from this host, although the MDS says that it is online: {error.Message}");
        }
    }

    private void CheckSpace(StoreStatus status)
    {
        double used = status.TotalBytes == 0 ? 1 : (double)status.UsedBytes / status.TotalBytes;
        string message = $"{used:P0} of {status.TotalBytes >> 30} GiB are used";
        if (used < FullRatio)
            Good("space", message);
        else
            Bad("space", $"{message}: writes to new places will fail with ENOSPC. Purge /RecycleBin or add chunkservers");
    }

    private Task CheckNebdAsync() => LookAsync($"nebd {options.NebdSocket}", async () =>
    {
        var client = new NebdClient(options.NebdSocket, _channels, options.Nebd, TimeProvider.System);
        await using (client.ConfigureAwait(false))
            await client.PingAsync().ConfigureAwait(false);
        Good($"nebd {options.NebdSocket}", "answers");
    });

    private async Task CheckPoolAsync(string path, CancellationToken cancellationToken)
    {
        string subject = $"directory {path}";
        MdsNamespace names = NamespaceAt(TimeProvider.System);
        try
        {
            CurveFile? directory = await names.FindAsync(path, options.User, cancellationToken).ConfigureAwait(false);
            if (directory is null)
                Bad(subject, "is missing, although a pool has it: its images are lost, or curve_mds and curve_etcd are of different clusters");
            else
                Good(subject, $"belongs to {options.User}, as this client does");
        }
        catch (StorageException refusal) when (refusal.Errno == Errno.EPERM)
        {
            Bad(subject, $"belongs to {await OwnerOfAsync(names, path, cancellationToken).ConfigureAwait(false)}, and this client is {options.User}: connect as the owner, or have root change the owner");
        }
    }

    private async Task<string> OwnerOfAsync(MdsNamespace names, string path, CancellationToken cancellationToken) =>
        options.RootPassword.Length == 0
            ? "somebody else"
            : (await names.FindAsync(path, MdsStamp.RootUser, cancellationToken).ConfigureAwait(false))?.Owner ?? "nobody";

    private async Task LookAsync(string subject, Func<Task> look)
    {
        try
        {
            await look().ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Bad(subject, error.Message);
        }
    }

    private void Good(string subject, string message) => _findings.Add(new StoreFinding(subject, IsGood: true, message));

    private void Bad(string subject, string message) => _findings.Add(new StoreFinding(subject, IsGood: false, message));
}
