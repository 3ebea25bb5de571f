using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What a diff is the difference of.</summary>
/// <param name="From">The snapshot it starts at; null: an image that was never written to.</param>
/// <param name="To">The snapshot it ends at; null: the head.</param>
/// <param name="IsProtected">Of the end snapshot.</param>
/// <param name="Size">Of the image at the end, in bytes; null: not said.</param>
internal sealed record DiffHeader(ByteName? From = null, ByteName? To = null, bool? IsProtected = null, ulong? Size = null);
