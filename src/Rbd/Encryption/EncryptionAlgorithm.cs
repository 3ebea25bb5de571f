namespace CurveRbd.Rbd;

/// <summary>The cipher of a new header, always in XTS mode (rbd_encryption_algorithm_t).</summary>
public enum EncryptionAlgorithm
{
    Aes128 = 0,
    Aes256 = 1,
}
