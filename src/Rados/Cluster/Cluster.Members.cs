using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rados;

// Questions to single members of the cluster, answered from what the store says of them.
public sealed partial class Cluster
{
    /// <summary>A command to one OSD: its version, whether it is there. Refusals are in the reply, not thrown.</summary>
    /// <exception cref="StorageException">ENOTCONN; of the store.</exception>
    public async Task<MonCommandReply> OsdCommandAsync(int osd, string command, CancellationToken cancellationToken)
    {
        StoreStatus status = await Stores.Volumes.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (status.Nodes.FirstOrDefault(node => node.Id == osd) is not { } found)
            return Refuse(Errno.ENOENT, $"osd.{osd} does not exist");
        return found.IsUp
            ? await MonCommands.RunForDaemonAsync(this, command, cancellationToken).ConfigureAwait(false)
            : Refuse(Errno.ENXIO, $"osd.{osd} is down");
    }

    /// <summary>There are no placement groups to ask.</summary>
    /// <exception cref="StorageException">ENOTCONN</exception>
    public Task<MonCommandReply> RefusePlacementGroupsAsync()
    {
        Connected();
        return Task.FromResult(Refuse(Errno.ENOENT, "there are no placement groups"));
    }

    /// <summary>How a monitor is: ENOENT in the reply when there is none of that name. Allowed before connecting, as in Ceph.</summary>
    /// <exception cref="StorageException">As <see cref="ConnectAsync"/>; of the store.</exception>
    public async Task<MonCommandReply> PingMonitorAsync(string monitor, CancellationToken cancellationToken)
    {
        if (IsConnected)
            return await MonMapCommands.PingAsync(this, monitor, cancellationToken).ConfigureAwait(false);
        var pinging = new Cluster(Conf.Clone(), _stores, Time);
        await using ConfiguredAsyncDisposable end = pinging.ConfigureAwait(false);
        await pinging.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await MonMapCommands.PingAsync(pinging, monitor, cancellationToken).ConfigureAwait(false);
    }

    private static MonCommandReply Refuse(Errno errno, string status) => new(-(int)errno, ReadOnlyMemory<byte>.Empty, status);
}
