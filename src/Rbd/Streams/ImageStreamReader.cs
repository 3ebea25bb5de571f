using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Reads an image stream: the image's header, then one diff for each snapshot and one for the head.</summary>
internal sealed class ImageStreamReader(StreamInput input)
{
    // A limit for what is only garbage; Ceph has none of its own.
    private const ulong MetadataLengthMax = 4 << 20;

    public async Task<ImageStreamHeader> ReadHeaderAsync()
    {
        await input.ExpectAsync(StreamBanners.Image, "image banner").ConfigureAwait(false);
        var header = new ImageStreamHeader();
        while (true)
        {
            var tag = (ImageTag)await input.ReadByteAsync("tag").ConfigureAwait(false);
            if (tag == ImageTag.End)
                return header;
            ulong length = await input.ReadUInt64Async("tag length").ConfigureAwait(false);
            await ReadRecordAsync(header, tag, length).ConfigureAwait(false);
        }
    }

    /// <returns>How many diffs follow: 1 at least.</returns>
    public async Task<ulong> ReadDiffCountAsync()
    {
        await input.ExpectAsync(StreamBanners.ImageDiffs, "diffs banner").ConfigureAwait(false);
        ulong count = await input.ReadUInt64Async("diff count").ConfigureAwait(false);
        return count > 0 ? count : throw Malformed("diff count", "there are no diffs, not even of the head");
    }

    public DiffReader NextDiff() => new(input, DiffFormat.V2);

    /// <summary>Reads all of it without its data, to know that it is an image stream.</summary>
    /// <exception cref="ImageStreamException"/>
    public async Task VerifyAsync()
    {
        await ReadHeaderAsync().ConfigureAwait(false);
        for (ulong left = await ReadDiffCountAsync().ConfigureAwait(false); left > 0; left--)
            await NextDiff().VerifyAsync().ConfigureAwait(false);
    }

    private async Task ReadRecordAsync(ImageStreamHeader header, ImageTag tag, ulong length)
    {
        switch (tag)
        {
            case ImageTag.Order or ImageTag.Features or ImageTag.StripeUnit or ImageTag.StripeCount:
                if (length != sizeof(ulong))
                    throw Malformed("image option", $"the record before byte {input.Position} says {length} bytes and has {sizeof(ulong)}");
                header.Numbers[tag] = await input.ReadUInt64Async("image option").ConfigureAwait(false);
                break;
            case ImageTag.Metadata:
                header.Metadata.Add(await ReadMetadataAsync(length).ConfigureAwait(false));
                break;
            default:
                await input.SkipAsync(length, "skipped tag data").ConfigureAwait(false);
                break;
        }
    }

    private async Task<KeyValuePair<ByteName, ByteName>> ReadMetadataAsync(ulong length)
    {
        uint lengthMax = (uint)Math.Min(length, MetadataLengthMax);
        ByteName key = await input.ReadNameAsync(lengthMax, "metadata key").ConfigureAwait(false);
        ByteName value = await input.ReadNameAsync(lengthMax, "metadata value").ConfigureAwait(false);
        ulong found = 2 * sizeof(uint) + (ulong)key.Length + (ulong)value.Length;
        return found == length
            ? KeyValuePair.Create(key, value)
            : throw Malformed("metadata value", $"the record before byte {input.Position} says {length} bytes and has {found}");
    }

    private static ImageStreamException Malformed(string what, string detail) =>
        new(Errno.EBADMSG, $"failed to decode {what}", detail);
}
