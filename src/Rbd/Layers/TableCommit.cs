namespace CurveRbd.Rbd;

/// <summary>A table block on its way to the volume, with the places that are free once it has arrived.</summary>
internal sealed class TableCommit(TableBlock block, uint region, long version, List<uint> freed)
{
    public TableBlock Block => block;

    public long Version => version;

    public List<uint> Freed => freed;

    public byte[] Bytes { get; } = new byte[OverlayHeader.TableBlockSize];

    public Task WriteAsync() => block.Layer.Table!.WriteAsync(region, Bytes).AsTask();
}
