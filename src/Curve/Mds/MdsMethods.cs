using CurveRbd.Brpc;

namespace CurveRbd.Curve;

/// <summary>The MDS' methods that are called here.</summary>
internal static class MdsMethods
{
    private const string Files = "curve.mds.CurveFSService";
    private const string Topology = "curve.mds.topology.TopologyService";

    public static readonly RpcMethod CreateFile = new(Files, "CreateFile");
    public static readonly RpcMethod DeleteFile = new(Files, "DeleteFile");
    public static readonly RpcMethod RenameFile = new(Files, "RenameFile");
    public static readonly RpcMethod GetFileInfo = new(Files, "GetFileInfo");
    public static readonly RpcMethod ListDir = new(Files, "ListDir");
    public static readonly RpcMethod ExtendFile = new(Files, "ExtendFile");
    public static readonly RpcMethod ChangeOwner = new(Files, "ChangeOwner");
    public static readonly RpcMethod GetAllocatedSize = new(Files, "GetAllocatedSize");
    public static readonly RpcMethod FindFileMountPoint = new(Files, "FindFileMountPoint");
    public static readonly RpcMethod OpenFile = new(Files, "OpenFile");
    public static readonly RpcMethod CloseFile = new(Files, "CloseFile");
    public static readonly RpcMethod RefreshSession = new(Files, "RefreshSession");
    public static readonly RpcMethod GetOrAllocateSegment = new(Files, "GetOrAllocateSegment");
    public static readonly RpcMethod DeAllocateSegment = new(Files, "DeAllocateSegment");
    public static readonly RpcMethod IncreaseFileEpoch = new(Files, "IncreaseFileEpoch");
    public static readonly RpcMethod Flatten = new(Files, "Flatten");

    public static readonly RpcMethod GetChunkServerListInCopySets = new(Topology, "GetChunkServerListInCopySets");
    public static readonly RpcMethod GetChunkServerInCluster = new(Topology, "GetChunkServerInCluster");
    public static readonly RpcMethod GetClusterInfo = new(Topology, "GetClusterInfo");
    public static readonly RpcMethod ListPhysicalPool = new(Topology, "ListPhysicalPool");
    public static readonly RpcMethod ListLogicalPool = new(Topology, "ListLogicalPool");
    public static readonly RpcMethod ListPoolset = new(Topology, "ListPoolset");
}
