namespace CurveRbd.Rados;

/// <summary>Options of images that Ceph does not have.</summary>
internal static class LayerOptions
{
    public const string Table =
        """
        rbd_layers_max | uint 2..200 | 200 | Overlays that an image may have on top of each other. A snapshot, rollback or growth that needs one more is refused while nothing can be merged.
        rbd_merge_bytes_per_second | size | 67108864 | How fast layers that nobody needs any more are merged in the background; 0 = as fast as the store can.
        """;
}
