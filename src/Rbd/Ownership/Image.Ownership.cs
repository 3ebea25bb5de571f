namespace CurveRbd.Rbd;

public sealed partial class Image
{
    public ImageOwnership Ownership => field ??= new ImageOwnership(this);

    public AdvisoryLocks Locks => field ??= new AdvisoryLocks(this);
}
