using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>A rados_t from its creation to its end.</summary>
internal static unsafe class Clusters
{
    // void rados_version(int *major, int *minor, int *extra)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_version")]
    public static void Version(int* major, int* minor, int* extra)
    {
        try
        {
            Versions.Tell(3, 0, 0, major, minor, extra);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_create(rados_t *cluster, const char *const id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_create")]
    public static int Create(nint* cluster, byte* id)
    {
        try
        {
            OutBuffer.ThrowIfNull(cluster);
            *cluster = Add(CephConf.FromEnvironment("ceph", new EntityName("client", CString.TextOrNull(id) ?? "admin")));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_create2(rados_t *pcluster, const char *const clustername, const char *const name, uint64_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_create2")]
    public static int Create(nint* cluster, byte* clusterName, byte* name, ulong flags)
    {
        try
        {
            OutBuffer.ThrowIfNull(cluster);
            string cephCluster = CString.TextOrNull(clusterName) is { Length: > 0 } given ? given : "ceph";
            *cluster = Add(CephConf.FromEnvironment(cephCluster, EntityName.Parse(CString.Text(name, "the client's name"))));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_create_with_context(rados_t *cluster, rados_config_t cct)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_create_with_context")]
    public static int CreateWithContext(nint* cluster, nint context)
    {
        try
        {
            OutBuffer.ThrowIfNull(cluster);
            *cluster = Add(Handles.Clusters.Get(context).Conf);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // rados_config_t rados_cct(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_cct")]
    public static nint Context(nint cluster)
    {
        try
        {
            return Handles.Clusters.TryGet(cluster, out _) ? cluster : Failure.NullFor(Errno.EBADF);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int rados_connect(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_connect")]
    public static int Connect(nint cluster)
    {
        try
        {
            Cluster connecting = Handles.Clusters.Get(cluster).Cluster;
            if (CephLibraries.Serve(connecting.Conf))
            {
                CephLibraries.Connect(cluster, connecting.Conf);
                return 0;
            }

            Control.Run(() => connecting.ConnectAsync(CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_shutdown(rados_t cluster)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_shutdown")]
    public static void Shutdown(nint cluster)
    {
        try
        {
            if (!Handles.Clusters.TryRemove(cluster, out OpenCluster? ending))
                return;
            ending.Watches.EndAll();
            Control.Run(ending.Cluster.ShutdownAsync);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    private static nint Add(CephConf conf) => Handles.Clusters.Add(new OpenCluster(new Cluster(conf, Composition.Stores)));
}
