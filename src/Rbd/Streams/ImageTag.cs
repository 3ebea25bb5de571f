namespace CurveRbd.Rbd;

/// <summary>What a record at the start of an image stream is about.</summary>
internal enum ImageTag : byte
{
    Order = (byte)'O',
    Features = (byte)'T',
    StripeUnit = (byte)'U',
    StripeCount = (byte)'C',

    /// <summary>A key and a value.</summary>
    Metadata = (byte)'M',

    /// <summary>The last record. Of the tag alone.</summary>
    End = (byte)'E',
}
