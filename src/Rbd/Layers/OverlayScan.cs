using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Reads an overlay's whole table.</summary>
internal static class OverlayScan
{
    /// <exception cref="StorageException">EIO: an entry lies outside the volume, or two have one place.</exception>
    public static async Task<PlaceMap> FindPlacesAsync(IVolume volume, OverlayTable table)
    {
        var places = new PlaceMap();
        await VisitAsync(table, (region, entries) => Mark(volume, places, region, entries)).ConfigureAwait(false);
        return places;
    }

    /// <summary>Calls back for every region that has entries, in order.</summary>
    public static async Task VisitAsync(OverlayTable table, Action<uint, ReadOnlyMemory<uint>> visit)
    {
        var entries = new uint[OverlayHeader.EntriesPerBlock];
        uint region = await table.FindDataAsync(0).ConfigureAwait(false);
        while (region < table.RegionCount)
        {
            if (await table.ReadAsync(region, entries).ConfigureAwait(false))
                visit(region, entries);
            region = await table.FindDataAsync(region + 1).ConfigureAwait(false);
        }
    }

    private static void Mark(IVolume volume, PlaceMap places, uint region, ReadOnlyMemory<uint> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            var entry = new OverlayEntry(entries.Span[i]);
            if (!entry.HasPlace || places.TryMark(entry.Place))
                continue;
            ulong cluster = (ulong)region * OverlayHeader.EntriesPerBlock + (uint)i;
            throw OverlayHeader.Broken(volume.Path,
                $"its table says place {entry.Place} for cluster {cluster} and for another one too; run \"curverbd check\"");
        }
    }
}
