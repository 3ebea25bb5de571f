using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        if (_single is { } plain)
            return plain.Volume.ReadAsync(offset, buffer);
        if (buffer.Length == 0)
            return ValueTask.CompletedTask;
        if (IsUncertain)
            return new ValueTask(ReadSharedAsync(offset, buffer));
        if (!IsInOneRegion(offset, buffer.Length) || !_map.Regions.TryGet(LayerMap.RegionOf(offset), out Region? region))
            return new ValueTask(ReadRegionsAsync(offset, buffer));

        LayerExtent first = _map.Find(region, offset, buffer.Length);
        return first.Length == buffer.Length ? first.ReadAsync(buffer) : ReadPieces(region, first, offset, buffer);
    }

    private ValueTask ReadPieces(Region region, LayerExtent first, ulong offset, IoVector buffer)
    {
        FanOut request = _fanOuts.Rent();
        request.Begin(locks: null);
        LayerExtent piece = first;
        for (int done = 0; ;)
        {
            request.AddRead(piece, buffer.Slice(done, piece.Length));
            done += piece.Length;
            if (done == buffer.Length)
                return request.End();
            piece = _map.Find(region, offset + (uint)done, buffer.Length - done);
        }
    }

    private async Task ReadRegionsAsync(ulong offset, IoVector buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            ulong at = offset + (uint)done;
            Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(at)).ConfigureAwait(false);
            try
            {
                int length = (int)Math.Min((ulong)(buffer.Length - done), EndOf(region) - at);
                LayerExtent first = _map.Find(region, at, length);
                await ReadPieces(region, first, at, buffer.Slice(done, length)).ConfigureAwait(false);
                done += length;
            }
            finally
            {
                region.Unpin();
            }
        }
    }

    private static ulong EndOf(Region region) => (region.Index + 1) * OverlayHeader.RegionSize;
}
