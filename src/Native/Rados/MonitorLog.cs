using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The cluster's log, to which nobody writes here: whoever listens hears nothing.</summary>
internal static unsafe class MonitorLog
{
    // int rados_monitor_log(rados_t cluster, const char *level, rados_log_callback_t cb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_monitor_log")]
    public static int Monitor(nint cluster, byte* level, nint callback, void* argument)
    {
        try
        {
            return Listen(cluster, level);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_monitor_log2(rados_t cluster, const char *level, rados_log_callback2_t cb, void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_monitor_log2")]
    public static int MonitorChannels(nint cluster, byte* level, nint callback, void* argument)
    {
        try
        {
            return Listen(cluster, level);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Listen(nint cluster, byte* level)
    {
        _ = Handles.Clusters.Get(cluster).Cluster.Records;
        // NULL ends listening.
        bool isKnown = CString.TextOrNull(level) is null or "debug" or "info" or "sec" or "security" or "warn" or "warning" or "err" or "error";
        return isKnown ? 0 : Failure.Of(Errno.EINVAL);
    }
}
