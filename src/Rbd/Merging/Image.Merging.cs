namespace CurveRbd.Rbd;

public sealed partial class Image
{
    internal ImageMerging Merging => field ??= new ImageMerging(this);
}
