namespace CurveRbd.Rbd;

/// <summary>What opens one image of a chain of clones.</summary>
/// <param name="Passphrase">Any bytes; the caller's, who wipes them.</param>
public readonly record struct EncryptionSpec(EncryptionFormat Format, ReadOnlyMemory<byte> Passphrase);
