using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>A caller's progress function, or none.</summary>
internal readonly unsafe struct Progress
{
    private readonly delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> _function;
    private readonly nint _argument;

    private Progress(delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> function, nint argument)
    {
        _function = function;
        _argument = argument;
    }

    public static Progress Of(delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> function, nint argument) => new(function, argument);

    /// <returns>What tells the caller, on its own thread; null when it does not want to know.</returns>
    public ProgressCallback? On(CallerThread caller)
    {
        if (_function is null)
            return null;
        Progress told = this;
        return (done, total) => caller.Invoke(() => told.Tell(done, total));
    }

    private int Tell(ulong done, ulong total) => _function(done, total, _argument);
}
