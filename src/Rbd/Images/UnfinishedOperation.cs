namespace CurveRbd.Rbd;

/// <summary>What an operation left behind in a pool when its process died.</summary>
/// <param name="Kind">"creation", "removal" or "rename".</param>
/// <param name="Volume">Its name in the volume store.</param>
public sealed record UnfinishedOperation(string Kind, string ImageId, string Volume);
