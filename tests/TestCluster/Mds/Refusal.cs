using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>Ends a request with a status.</summary>
#pragma warning disable CA1064 // Never leaves this project.
internal sealed class Refusal(StatusCode status) : Exception(status.ToString())
#pragma warning restore CA1064
{
    public StatusCode Status { get; } = status;
}
