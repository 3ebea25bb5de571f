namespace CurveRbd.Rbd;

/// <summary>Of an image that anybody may write at any time.</summary>
internal sealed class AnyWriter : IWriteAuthority
{
    public bool MayBegin => true;

    public bool MayFlush => true;

    public bool MayAcknowledge => true;

    public void Want()
    {
    }
}
