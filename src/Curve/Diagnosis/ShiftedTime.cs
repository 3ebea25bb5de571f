namespace CurveRbd.Curve;

/// <summary>The clock of a host that goes wrong by so much.</summary>
internal sealed class ShiftedTime(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
