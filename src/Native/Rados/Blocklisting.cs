using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Shutting clients out.</summary>
internal static unsafe class Blocklisting
{
    // int rados_blocklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_blocklist_add")]
    public static int Add(nint cluster, byte* clientAddress, uint expireSeconds)
    {
        try
        {
            return Put(cluster, clientAddress, expireSeconds);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_blacklist_add(rados_t cluster, char *client_address, uint32_t expire_seconds)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_blacklist_add")]
    public static int AddByOldName(nint cluster, byte* clientAddress, uint expireSeconds)
    {
        try
        {
            return Put(cluster, clientAddress, expireSeconds);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Put(nint cluster, byte* address, uint seconds)
    {
        Blocklist blocklist = Handles.Clusters.Get(cluster).Cluster.Blocklist;
        string fenced = CString.Text(address, "the client's address");
        Control.Run(() => blocklist.AddAsync(fenced, TimeSpan.FromSeconds(seconds), CancellationToken.None));
        return 0;
    }
}
