namespace CurveRbd.Rbd;

/// <summary>What an overlay's table says of one cluster of the image, as the 4 bytes on the volume.</summary>
internal readonly record struct OverlayEntry(uint Value)
{
    private const uint ZeroValue = uint.MaxValue;

    /// <summary>Places end before this one.</summary>
    public const uint PlaceMax = ZeroValue - 1;

    /// <summary>The layer below has it.</summary>
    public static OverlayEntry Absent => default;

    /// <summary>Reads as zeros and hides what is below.</summary>
    public static OverlayEntry Zero => new(ZeroValue);

    public bool IsAbsent => Value == 0;

    public bool IsZero => Value == ZeroValue;

    public bool HasPlace => Value is not 0 and not ZeroValue;

    public uint Place => Value - 1;

    public static OverlayEntry At(uint place) => new(place + 1);
}
