using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a layer is filled from. It does not change meanwhile.</summary>
internal interface IFillSource
{
    /// <summary>Requests begin and end at multiples of it, in bytes.</summary>
    int BlockSize { get; }

    ValueTask ReadAsync(ulong offset, IoVector buffer);

    /// <summary>The first range in [offset, end) that may hold data, cut to that window; null when there is none.</summary>
    ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end);
}
