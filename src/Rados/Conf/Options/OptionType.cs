namespace CurveRbd.Rados;

/// <summary>How the value of an option is spelled and checked.</summary>
internal enum OptionType
{
    Text,
    Bool,

    /// <summary>Signed; K, M, G, ... are powers of 1000.</summary>
    Int,

    /// <summary>Unsigned; K, M, G, ... are powers of 1000.</summary>
    UInt,

    /// <summary>Bytes; K or Ki, M or Mi, ... are powers of 1024.</summary>
    Size,
    Float,

    /// <summary>Whole seconds: "90", "90s", "1m 30s".</summary>
    Seconds,
    Uuid,
    Address,

    /// <summary>A log level for the file and, after a '/', one for memory.</summary>
    Level,
}
