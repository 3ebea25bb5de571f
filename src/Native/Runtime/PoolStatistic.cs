namespace CurveRbd.Native;

/// <summary>RBD_POOL_STAT_OPTION_*</summary>
internal enum PoolStatistic
{
    Images = 0,
    ImageProvisionedBytes = 1,
    ImageMaxProvisionedBytes = 2,
    ImageSnapshots = 3,
    TrashImages = 4,
    TrashProvisionedBytes = 5,
    TrashMaxProvisionedBytes = 6,
    TrashSnapshots = 7,
}
