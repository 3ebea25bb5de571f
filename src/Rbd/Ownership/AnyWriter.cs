namespace CurveRbd.Rbd;

/// <summary>Of volumes that anybody may write at any time.</summary>
internal sealed class AnyWriter : IWriteAuthority
{
    public static AnyWriter Instance { get; } = new();

    public bool MayRead => true;

    public bool MayBegin => true;

    public bool MayFlush => true;

    public bool MayAcknowledge => true;

    public void Want()
    {
    }
}
