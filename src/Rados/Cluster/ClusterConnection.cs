using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What a connected client holds.</summary>
internal sealed record ClusterConnection(
    ClusterSettings Settings, StoreConnection Stores, IRecordSession Session, string Fsid, string Address);
