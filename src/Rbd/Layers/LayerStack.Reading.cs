using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    // Copying that much takes about as long as waking a thread; more would hold up the caller's event loop.
    private const int AtOnceMax = 64 * 1024;

    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        if (_single is { } plain)
            return plain.Volume.ReadAsync(offset, buffer);
        if (buffer.Length == 0)
            return ValueTask.CompletedTask;
        if (IsUncertain)
            return ReadSharedAsync(offset, buffer);
        return IsInOneRegion(offset, buffer.Length) && _map.Regions.TryPin(LayerMap.RegionOf(offset), out Region? region)
            ? ReadPinned(region, offset, buffer)
            : ReadRegionsAsync(offset, buffer);
    }

    /// <summary>Reads from one region, and unpins it when nothing is looked up there any more.</summary>
    private ValueTask ReadPinned(Region region, ulong offset, IoVector buffer)
    {
        LayerExtent first = _map.Find(region, offset, buffer.Length);
        if (first.Length == buffer.Length)
        {
            region.Unpin();
            return first.ReadAsync(buffer);
        }

        FanOut request = _fanOuts.Rent();
        request.Begin(locks: null);
        if (buffer.Length > AtOnceMax)
            return request.ReadElsewhere(_map, region, offset, buffer);
        request.AddReads(_map, region, offset, buffer);
        region.Unpin();
        return request.End();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadRegionsAsync(ulong offset, IoVector buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            ulong at = offset + (uint)done;
            Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(at)).ConfigureAwait(false);
            int length = (int)Math.Min((ulong)(buffer.Length - done), EndOf(region) - at);
            await ReadPinned(region, at, buffer.Slice(done, length)).ConfigureAwait(false);
            done += length;
        }
    }

    private static ulong EndOf(Region region) => (region.Index + 1) * OverlayHeader.RegionSize;
}
