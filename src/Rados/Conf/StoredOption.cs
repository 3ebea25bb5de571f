namespace CurveRbd.Rados;

/// <summary>An option that the cluster keeps.</summary>
/// <param name="Section">Whom it is for: "global", "client", "client.cinder".</param>
/// <param name="Value">In its canonical form.</param>
internal sealed record StoredOption(string Section, string Name, string Value);
