namespace CurveRbd.Rbd;

/// <summary>The merging of an open image's layers.</summary>
internal sealed class ImageMerging(Image image)
{
    /// <summary>Merges at once all that can be merged, as fast as the store can.</summary>
    /// <returns>false: something is left, because others are at it, do not follow, or have the head.</returns>
    public Task<bool> RunAsync(CancellationToken cancellationToken) =>
        new LayerMerger(image.Pool, image.Id, MergeOptions.Default).RunAsync(cancellationToken);
}
