namespace CurveRbd.Rbd;

/// <summary>The first line of each kind of stream.</summary>
internal static class StreamBanners
{
    public static ReadOnlyMemory<byte> Image { get; } = "rbd image v2\n"u8.ToArray();

    public static ReadOnlyMemory<byte> ImageDiffs { get; } = "rbd image diffs v2\n"u8.ToArray();

    private static ReadOnlyMemory<byte> DiffV1 { get; } = "rbd diff v1\n"u8.ToArray();

    private static ReadOnlyMemory<byte> DiffV2 { get; } = "rbd diff v2\n"u8.ToArray();

    public static ReadOnlyMemory<byte> Diff(DiffFormat format) => format == DiffFormat.V1 ? DiffV1 : DiffV2;
}
