namespace CurveRbd.Rbd.Tests;

/// <summary>A made-up death of the process: not an error that any code expects.</summary>
public sealed class CrashedException : Exception
{
    public CrashedException()
        : base("the process died here")
    {
    }
}
