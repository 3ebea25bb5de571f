using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A volume as a layer of an image.</summary>
/// <param name="IsOverlay">false: plain, the volume's bytes are the image's.</param>
/// <param name="Overlap">
/// How much of this layer, and of all below it, the layers above see, in bytes; beyond it they see zeros. It is cut when an image
/// that lies on this layer shrinks, and never grows.
/// </param>
/// <param name="Filled">
/// Of a plain layer with others below (an image that is being flattened): up to here, in bytes, it hides them; beyond, reads pass
/// through. A multiple of the cluster size.
/// </param>
/// <param name="IsMerging">
/// It is being merged into the layer below, perhaps by another process: its clusters move down there one by one.
/// </param>
internal sealed record LayerSource(
    IVolume Volume,
    VolumeLimits Limits,
    bool IsOverlay,
    ulong Overlap = ulong.MaxValue,
    ulong Filled = ulong.MaxValue,
    bool IsMerging = false);
