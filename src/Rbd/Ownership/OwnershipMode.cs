namespace CurveRbd.Rbd;

/// <summary><c>rbd_lock_mode_t</c>.</summary>
public enum OwnershipMode
{
    Exclusive = 0,
    Shared = 1,
    ExclusiveTransient = 2,
}
