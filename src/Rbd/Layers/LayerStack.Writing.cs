using CurveRbd.Store;

namespace CurveRbd.Rbd;

internal sealed partial class LayerStack
{
    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        if (_single is { } plain)
            return plain.Volume.WriteAsync(offset, data);
        if (data.Length == 0)
            return ValueTask.CompletedTask;

        FanOut request = _fanOuts.Rent();
        if (_locks.TryEnter(request.Hold.Over(offset, (uint)data.Length, isExclusive: false)))
        {
            if (IsInOneRegion(offset, data.Length) && _map.Regions.TryPin(LayerMap.RegionOf(offset), out Region? region))
            {
                if (IsInPlace(region, offset, data.Length))
                    return WriteInPlace(request, region, offset, data);
                region.Unpin();
            }

            _locks.Exit(request.Hold);
        }

        _fanOuts.GiveBack(request);
        return new ValueTask(WriteRegionsAsync(offset, data));
    }

    private bool IsInPlace(Region region, ulong offset, int length)
    {
        for (int done = 0; done < length;)
        {
            LayerExtent piece = _map.Find(region, offset + (uint)done, length - done);
            if (!IsWritable(piece))
                return false;
            done += piece.Length;
        }

        return true;
    }

    private bool IsWritable(LayerExtent piece) =>
        piece.Layer is { } layer && (layer == Head || layer == _absorber) && piece.Cut == 0;

    private ValueTask WriteInPlace(FanOut request, Region region, ulong offset, IoVector data)
    {
        request.Begin(_locks);
        for (int done = 0; done < data.Length;)
        {
            LayerExtent piece = _map.Find(region, offset + (uint)done, data.Length - done);
            request.AddWrite(piece, data.Slice(done, piece.Length));
            done += piece.Length;
        }

        region.Unpin();
        return request.End();
    }

    private async Task WriteRegionsAsync(ulong offset, IoVector data)
    {
        if (offset + (uint)data.Length > Size)
            throw OutOfCapacity(offset + (uint)data.Length);
        await PrepareToWriteAsync().ConfigureAwait(false);

        ClusterHold hold = await HoldAsync(offset, (uint)data.Length).ConfigureAwait(false);
        try
        {
            for (int done = 0; done < data.Length;)
            {
                ulong at = offset + (uint)done;
                Region region = await _map.Regions.PinAsync(LayerMap.RegionOf(at)).ConfigureAwait(false);
                int length = (int)Math.Min((ulong)(data.Length - done), EndOf(region) - at);
                await WriteRegionAsync(region, at, data.Slice(done, length)).ConfigureAwait(false);
                done += length;
            }
        }
        finally
        {
            _locks.Exit(hold);
        }

        await LimitDirtyAsync().ConfigureAwait(false);
    }

    private async Task WriteRegionAsync(Region region, ulong offset, IoVector data)
    {
        try
        {
            await new RegionWrite(_map, _blocks, region, _absorber).RunAsync(offset, data).ConfigureAwait(false);
        }
        finally
        {
            Release(region);
        }
    }

    // Which places are free must be known before an entry changes, not only before a place is taken: freed ones are given back.
    private async ValueTask PrepareToWriteAsync()
    {
        await Head.LoadPlacesAsync().ConfigureAwait(false);
        if (_absorber is { } absorber)
            await absorber.LoadPlacesAsync().ConfigureAwait(false);
    }

    private async Task<ClusterHold> HoldAsync(ulong offset, ulong length)
    {
        ClusterHold hold = new ClusterHold().Over(offset, length, isExclusive: true);
        await _locks.EnterAsync(hold).ConfigureAwait(false);
        return hold;
    }
}
