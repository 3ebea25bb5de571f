namespace CurveRbd.Rbd;

/// <summary>How much space a state of an image takes, in bytes.</summary>
/// <param name="Snapshot">null: the image itself.</param>
/// <param name="Provisioned">Its size.</param>
/// <param name="Used">What it holds that the state before it does not.</param>
public sealed record ImageUsage(Snapshot? Snapshot, ulong Provisioned, ulong Used);
