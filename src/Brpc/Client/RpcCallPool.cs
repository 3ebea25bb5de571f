namespace CurveRbd.Brpc;

/// <summary>Calls at rest, shared by all channels of the process.</summary>
internal static class RpcCallPool
{
    // More than this in flight at once are made anew and dropped afterwards.
    private const int KeptMax = 1024;

    private static readonly Stack<RpcCall> s_free = new();

    public static RpcCall Rent()
    {
        lock (s_free)
        {
            if (s_free.TryPop(out RpcCall? call))
                return call;
        }

        return new RpcCall();
    }

    public static void Return(RpcCall call)
    {
        call.Reset();
        lock (s_free)
        {
            if (s_free.Count < KeptMax)
                s_free.Push(call);
        }
    }
}
