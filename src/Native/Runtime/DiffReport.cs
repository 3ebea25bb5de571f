using CurveRbd.Rbd;

namespace CurveRbd.Native;

/// <summary>A caller's function for changed ranges.</summary>
internal readonly unsafe struct DiffReport(delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> function, nint argument)
{
    private readonly delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> _function = function;
    private readonly nint _argument = argument;

    /// <summary>Tells the caller, on its own thread.</summary>
    public DiffCallback On(CallerThread caller)
    {
        DiffReport told = this;
        return (offset, length, exists) => caller.Invoke(() => told.Tell(offset, length, exists));
    }

    // What a caller answers above 0 means nothing.
    private int Tell(ulong offset, ulong length, bool exists) =>
        int.Min(_function(offset, (nuint)length, exists ? 1 : 0, _argument), 0);
}
