using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A file whose bytes are the image's.</summary>
internal sealed class RawContent(SourceFile file) : IImportedContent
{
    public ValueTask ReadAsync(ulong offset, Memory<byte> buffer) => file.ReadAsync(offset, buffer);

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        end = Math.Min(end, file.Length);
        return new(offset < end ? new VolumeExtent(offset, end - offset) : null);
    }

    public void Dispose() => file.Dispose();
}
