using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>struct rados_cluster_stat_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RadosClusterStat
{
    public ulong Kib;
    public ulong KibUsed;
    public ulong KibAvailable;
    public ulong ObjectCount;
}
