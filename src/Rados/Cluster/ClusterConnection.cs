using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What a connected client holds.</summary>
internal sealed record ClusterConnection(
    ClusterSettings Settings, StoreConnection Stores, ClientSession Session, string Fsid, ClientFence Fence, IReadOnlyList<StoredOption> StoredOptions)
{
    public IRecordStore Records { get; } = new FencedRecords(Stores.Records, Fence);
}
