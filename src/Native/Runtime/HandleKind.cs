namespace CurveRbd.Native;

/// <summary>What a handle stands for; part of the handle, so that one kind is never taken for another.</summary>
internal enum HandleKind
{
    Cluster = 1,
    IoContext = 2,
    Image = 3,
    Completion = 4,
    ImageOptions = 5,
    PoolStatistics = 6,
    ReadOperation = 7,
    WriteOperation = 8,
    NamedValues = 9,
    ObjectListing = 10,
    ListCursor = 11,
    Watch = 12,
}
