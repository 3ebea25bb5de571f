namespace CurveRbd.Rados;

/// <summary>What a client that holds a lock may do with another lock of the same name and cookie (LIBRADOS_LOCK_FLAG_*).</summary>
public enum ObjectLockRenewal
{
    Refused = 0,
    May = 1,
    Must = 2,
}
