namespace CurveRbd.Brpc;

/// <summary>Decides about calls that are overdue, for peers whose silence does not mean that the call is over.</summary>
public interface IRpcPatience
{
    /// <summary>Called under a lock of the connection: it must neither block nor make calls.</summary>
    /// <returns>true: the call may wait for its timeout once more.</returns>
    bool MayWait(RpcCall call);
}
