using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>A rados_t.</summary>
internal sealed class OpenCluster(Cluster cluster)
{
    public Cluster Cluster { get; } = cluster;

    public CephConf Conf => Cluster.Conf;

    public OpenWatches Watches { get; } = new();
}
