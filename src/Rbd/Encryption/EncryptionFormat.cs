namespace CurveRbd.Rbd;

/// <summary>How an image is encrypted (rbd_encryption_format_t).</summary>
public enum EncryptionFormat
{
    Luks1 = 0,
    Luks2 = 1,

    /// <summary>Whichever the header says; to load only.</summary>
    Luks = 2,
}
