using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The layers that a state of an image is made of, as the records say: its own, then those of the images it is a clone of.</summary>
internal static class LayerChain
{
    // A stack in memory ends at 255. What goes on for longer goes round in a circle.
    private const int LengthMax = 1000;

    /// <param name="layerId">The topmost layer: of the head, or of a snapshot.</param>
    /// <param name="parentOf">The image that a clone's link leads to; null: the chain ends with the image's own layers.</param>
    /// <returns>Topmost first.</returns>
    /// <exception cref="StorageException">EIO: the records contradict each other.</exception>
    public static async Task<List<ChainedLayer>> ResolveAsync(
        ImageFollower image, string layerId, Func<ParentLink, ValueTask<ImageFollower>>? parentOf)
    {
        var chain = new List<ChainedLayer>();
        ulong overlap = ulong.MaxValue;
        bool isOwn = true;
        for (string? next = layerId; next is not null;)
        {
            ImageRecords records = image.Records;
            LayerRecord layer = records.GetLayer(next).Value;
            chain.Add(new ChainedLayer(image.Pool, image.Id, next, layer, overlap, isOwn));
            if (chain.Count > LengthMax)
                throw Broken(image, $"its layers go on for ever: {layerId} lies on itself");
            overlap = layer.BelowOverlap ?? ulong.MaxValue;
            next = layer.Below;
            if (!layer.LiesOnParent || parentOf is null)
                continue;
            ParentLink link = records.Header.Value.Parent ?? throw Broken(image, $"its layer {layer.Path} lies on a parent, but it has none");
            image = await parentOf(link).ConfigureAwait(false);
            next = image.Records.FindSnapshot(link.SnapshotId)?.Value.Layer
                ?? throw Broken(image, $"a clone lies on its snapshot {link.SnapshotId}, but it has none of that id");
            isOwn = false;
        }

        return chain;
    }

    private static StorageException Broken(ImageFollower image, string why) =>
        new(Errno.EIO, $"image {image.Pool.Describe(image.Records.Header.Value.Name)} (id {image.Id}): {why}; run \"curverbd check\"");
}
