namespace CurveRbd.Rbd;

internal sealed record LayerStackOptions
{
    public static LayerStackOptions Default { get; } = new();

    /// <summary>
    /// Memory for tables, in bytes. Beyond it the least used parts are read again when needed. With what the collector adds to that, an
    /// image's tables take 32 MiB of its process.
    /// </summary>
    public long TableBytesMax { get; init; } = 28L << 20;

    /// <summary>Table blocks that may wait for a flush. 4 KiB each, and as many again while they are written.</summary>
    public int DirtyBlocksMax { get; init; } = 1024;
}
