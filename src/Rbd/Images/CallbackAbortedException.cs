namespace CurveRbd.Rbd;

/// <summary>A callback of the caller ended the operation.</summary>
/// <param name="code">The negative value it returned; the caller gets it back as it is.</param>
public sealed class CallbackAbortedException(int code) : Exception($"a callback ended the operation with {code}")
{
    public int Code { get; } = code;
}
