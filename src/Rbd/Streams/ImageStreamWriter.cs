using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Writes an image stream.</summary>
internal sealed class ImageStreamWriter(StreamOutput output)
{
    public ValueTask WriteHeaderAsync(Image image, IEnumerable<KeyValuePair<ByteName, ByteName>> metadata)
    {
        output.Put(StreamBanners.Image);
        Put(ImageTag.Order, (ulong)image.Order);
        Put(ImageTag.Features, image.Features);
        Put(ImageTag.StripeUnit, image.StripeUnit);
        Put(ImageTag.StripeCount, image.StripeCount);
        foreach ((ByteName key, ByteName value) in metadata)
        {
            output.Put((byte)ImageTag.Metadata).Put(2 * sizeof(uint) + (ulong)key.Length + (ulong)value.Length).Put(key).Put(value);
        }

        return output.Put((byte)ImageTag.End).WriteAsync();
    }

    public ValueTask WriteDiffCountAsync(ulong count) => output.Put(StreamBanners.ImageDiffs).Put(count).WriteAsync();

    public DiffWriter NextDiff() => new(output, DiffFormat.V2);

    private void Put(ImageTag tag, ulong value) => output.Put((byte)tag).Put((ulong)sizeof(ulong)).Put(value);
}
