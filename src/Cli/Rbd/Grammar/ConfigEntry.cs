namespace CurveRbd.Cli.Rbd;

/// <summary>An option that the cluster keeps.</summary>
/// <param name="Section">For whom.</param>
internal sealed record ConfigEntry(string Name, string Value, string Section);
