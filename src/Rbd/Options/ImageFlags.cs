namespace CurveRbd.Rbd;

/// <summary>What of an image cannot be trusted at present (<c>RBD_FLAG_*</c>).</summary>
public static class ImageFlags
{
    public const ulong ObjectMapInvalid = 1;
    public const ulong FastDiffInvalid = 2;
}
