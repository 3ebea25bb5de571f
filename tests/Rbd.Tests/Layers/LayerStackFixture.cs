using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Volumes and stacks for tests of one behaviour.</summary>
internal sealed class LayerStackFixture(VolumeLimits limits, int seed = 1)
{
    public const ulong ImageSize = 1UL << 30;
    public const int Cluster = OverlayHeader.ClusterSize;

    private int _lastVolume;

    public static VolumeLimits Blocks { get; } = new(
        BlockSize: 4096, SizeMin: 10UL << 30, SizeGranularity: 1UL << 30, SizeMax: 4UL << 40, CanShrink: false,
        WritesAreDurable: true, NameLengthMax: 255);

    public static VolumeLimits Files { get; } = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1UL << 50, CanShrink: true, WritesAreDurable: false,
        NameLengthMax: 255);

    public CrashStore Store { get; } = new(limits, new Random(seed));

    public LayerSource CreatePlain(ulong size = ImageSize) =>
        new(Store.Create($"plain-{++_lastVolume}", size), limits, IsOverlay: false);

    public async Task<LayerSource> CreateOverlayAsync()
    {
        OverlayHeader header = OverlayHeader.For(ImageSize, Guid.Empty);
        IVolume volume = Store.Create($"overlay-{++_lastVolume}", header.InitialVolumeSize(limits));
        await OverlayVolume.FormatAsync(volume, header);
        return new LayerSource(volume, limits, IsOverlay: true);
    }

    /// <summary>A plain layer with so many overlays on it.</summary>
    public async Task<LayerStack> OpenAsync(int overlayCount, LayerStackOptions? options = null)
    {
        var layers = new List<LayerSource> { CreatePlain() };
        for (int i = 0; i < overlayCount; i++)
            layers.Add(await CreateOverlayAsync());
        return await LayerStack.OpenAsync(layers, options ?? LayerStackOptions.Default);
    }

    /// <summary>Other handles for the same layers, without those above <paramref name="count"/>.</summary>
    public async Task<LayerStack> OpenAgainAsync(LayerStack stack, int count)
    {
        await stack.FlushAsync();
        return await ReopenAsync(stack, count);
    }

    /// <summary>As another process finds the layers, whatever has been flushed of them.</summary>
    public Task<LayerStack> ReopenAsync(LayerStack stack, int count = int.MaxValue) => LayerStack.OpenAsync(
        [.. stack.Layers.Take(count).Select(layer => layer with { Volume = Store.Open(layer.Volume.Path.Name) })], LayerStackOptions.Default);

    public async Task PushAsync(LayerStack stack) => await stack.ArrangeAsync([.. stack.Layers, await CreateOverlayAsync()]);

    public static byte[] Filled(int length, byte value)
    {
        var data = new byte[length];
        data.AsSpan().Fill(value);
        return data;
    }

    public static async Task<byte[]> ReadAsync(LayerStack stack, ulong offset, int length)
    {
        byte[] data = Filled(length, 0xee);
        await stack.ReadAsync(offset, data);
        return data;
    }
}
