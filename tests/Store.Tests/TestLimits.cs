namespace CurveRbd.Store.Tests;

internal static class TestLimits
{
    public static VolumeLimits Bytes { get; } = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1ul << 50, CanShrink: true, WritesAreDurable: false, NameLengthMax: 255);

    public static VolumeLimits Curve { get; } = new(
        BlockSize: 4096, SizeMin: 10ul << 30, SizeGranularity: 1ul << 30, SizeMax: 20ul << 40, CanShrink: false, WritesAreDurable: true, NameLengthMax: 255);
}
