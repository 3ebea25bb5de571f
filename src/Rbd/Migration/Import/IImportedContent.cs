using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The bytes that a file holds of an image.</summary>
internal interface IImportedContent : IDisposable
{
    /// <summary>What lies beyond the end is zeros.</summary>
    ValueTask ReadAsync(ulong offset, Memory<byte> buffer);

    /// <summary>The first range in [offset, end) that may hold data; null: none.</summary>
    ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end);
}
