using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What an image stream says of the image itself.</summary>
internal sealed class ImageStreamHeader
{
    /// <summary>Order, features, striping: those of <see cref="ImageTag"/> that the stream names.</summary>
    public Dictionary<ImageTag, ulong> Numbers { get; } = [];

    public List<KeyValuePair<ByteName, ByteName>> Metadata { get; } = [];
}
