using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Questions to single members of the cluster.</summary>
internal static unsafe class DaemonCommands
{
    // int rados_osd_command(rados_t cluster, int osdid, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_osd_command")]
    public static int Osd(
        nint cluster, int osdid, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Commands.Run(
                (text, body, token) => asked.OsdCommandAsync(osdid, text, token), command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_pg_command(rados_t cluster, const char *pgstr, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_pg_command")]
    public static int PlacementGroup(
        nint cluster, byte* pgstr, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            CString.Text(pgstr, "the placement group");
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Commands.Run(
                (_, _, _) => asked.RefusePlacementGroupsAsync(), command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_ping_monitor(rados_t cluster, const char *mon_id, char **outstr, size_t *outstrlen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ping_monitor")]
    public static int Ping(nint cluster, byte* monId, byte** output, nuint* outputLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            string monitor = CString.Text(monId, "the monitor");
            MonCommandReply reply = Control.Run(() => asked.PingMonitorAsync(monitor, CancellationToken.None));
            Commands.Put(reply.Output.Span, output, outputLength);
            return reply.ReturnCode < 0 ? Failure.Of(reply.ReturnCode) : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_inconsistent_pg_list(rados_t cluster, int64_t pool, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_inconsistent_pg_list")]
    public static int Inconsistent(nint cluster, long pool, byte* buffer, nuint length)
    {
        try
        {
            // There are no placement groups: the list is its final NUL.
            Pools pools = Handles.Clusters.Get(cluster).Cluster.Pools;
            Pool? found = Control.Run(() => pools.FindAsync(pool, CancellationToken.None));
            if (found is null)
                return Failure.Of(Errno.ENOENT);
            if (buffer is not null)
                NativeMemory.Clear(buffer, length);
            return 1;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
