using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.Curve;

/// <summary>What is said to the leader of a copyset, as often as it takes.</summary>
internal abstract class ChunkExchange
{
    public ChunkTries Tries { get; } = new();

    public abstract RpcMethod Method { get; }

    /// <summary>Whether an answer BACKWARD means "again, with a newer sequence number".</summary>
    public virtual bool IsWrite => false;

    /// <summary>Puts the request of one try into the call.</summary>
    public abstract void Write(RpcCall call);

    /// <exception cref="RpcException">ERESPONSE: the answer is none.</exception>
    public abstract ChunkAnswer Read(RpcCall call);
}

/// <summary>What a chunkserver said.</summary>
/// <param name="Redirect">Who leads, if it told (ip:port:index); empty otherwise.</param>
/// <param name="AppliedIndex">0 when it told none.</param>
internal readonly record struct ChunkAnswer(ChunkOpStatus Status, string Redirect, ulong AppliedIndex);

/// <summary>A call that was made to a leader and has ended.</summary>
internal readonly record struct MadeTry(RpcCall Call, RpcChannel Leader);
