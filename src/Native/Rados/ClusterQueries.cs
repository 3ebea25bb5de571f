using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What a connected client can ask about its cluster and itself.</summary>
internal static unsafe class ClusterQueries
{
    // What Ceph 16 tells: release numbers of pacific, jewel and luminous.
    private const sbyte OsdRelease = 16;
    private const sbyte ClientRelease = 10;
    private const sbyte RequiredClientRelease = 12;

    // int rados_cluster_stat(rados_t cluster, struct rados_cluster_stat_t *result)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_cluster_stat")]
    public static int Stat(nint cluster, RadosClusterStat* result)
    {
        try
        {
            OutBuffer.ThrowIfNull(result);
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            ClusterStat stat = Control.Run(() => asked.GetStatAsync(CancellationToken.None));
            *result = new RadosClusterStat
            {
                Kib = stat.TotalBytes / 1024,
                KibUsed = stat.UsedBytes / 1024,
                KibAvailable = stat.AvailableBytes / 1024,
                ObjectCount = stat.ObjectCount,
            };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_cluster_fsid(rados_t cluster, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_cluster_fsid")]
    public static int Fsid(nint cluster, byte* buffer, nuint length)
    {
        try
        {
            ByteName fsid = Handles.Clusters.Get(cluster).Cluster.Fsid;
            return OutBuffer.PutOrFail(fsid, buffer, length, onSuccess: fsid.Length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // uint64_t rados_get_instance_id(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_get_instance_id")]
    public static ulong InstanceId(nint cluster)
    {
        try
        {
            return Handles.Clusters.Get(cluster).Cluster.InstanceId;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int rados_getaddrs(rados_t cluster, char **addrs)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_getaddrs")]
    public static int Addresses(nint cluster, byte** addresses)
    {
        try
        {
            OutBuffer.ThrowIfNull(addresses);
            *addresses = CString.Duplicate((ByteName)Connected(cluster).Address);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_wait_for_latest_osdmap(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_wait_for_latest_osdmap")]
    public static int WaitForLatestMap(nint cluster)
    {
        try
        {
            Cluster connected = Connected(cluster);
            Control.Run(() => connected.Fence.RefreshAsync(CancellationToken.None).AsTask());
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_get_min_compatible_osd(rados_t cluster, int8_t *require_osd_release)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_get_min_compatible_osd")]
    public static int MinCompatibleOsd(nint cluster, sbyte* release)
    {
        try
        {
            OutBuffer.ThrowIfNull(release);
            Connected(cluster);
            *release = OsdRelease;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_get_min_compatible_client(rados_t cluster, int8_t *min_compat_client, int8_t *require_min_compat_client)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_get_min_compatible_client")]
    public static int MinCompatibleClient(nint cluster, sbyte* release, sbyte* requiredRelease)
    {
        try
        {
            OutBuffer.ThrowIfNull(release);
            OutBuffer.ThrowIfNull(requiredRelease);
            Connected(cluster);
            *release = ClientRelease;
            *requiredRelease = RequiredClientRelease;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static Cluster Connected(nint handle)
    {
        Cluster cluster = Handles.Clusters.Get(handle).Cluster;
        return cluster.IsConnected ? cluster : throw new StorageException(Errno.ENOTCONN, $"{cluster.Name} is not connected: connect first");
    }
}
