namespace CurveRbd.Native;

/// <summary>How a host wants to hear of an object. One of the first two is there.</summary>
internal readonly unsafe struct WatchCallbacks
{
    public delegate* unmanaged[Cdecl]<void*, ulong, ulong, ulong, byte*, nuint, void> OnNotify { get; init; }

    /// <summary>As programs before Ceph 9 do.</summary>
    public delegate* unmanaged[Cdecl]<byte, ulong, void*, void> OnOldNotify { get; init; }

    /// <summary>NULL: it does not care.</summary>
    public delegate* unmanaged[Cdecl]<void*, ulong, int, void> OnError { get; init; }

    public void* Argument { get; init; }
}
