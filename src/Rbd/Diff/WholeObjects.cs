namespace CurveRbd.Rbd;

/// <summary>Rounds differences out to whole objects (of a striped image: sets of objects), in ascending order.</summary>
/// <param name="after">The later state: an object that holds anything in it is no hole, whatever differs.</param>
/// <param name="objectSize">In bytes.</param>
/// <param name="end">Of the image, in bytes.</param>
internal sealed class WholeObjects(LayerStack after, ulong objectSize, ulong end)
{
    private ulong _reported; // end of the last object

    public async Task<List<LayerDiffExtent>> RoundAsync(List<LayerDiffExtent> extents)
    {
        var rounded = new List<LayerDiffExtent>();
        foreach (LayerDiffExtent extent in extents)
        {
            foreach (LayerDiffExtent piece in Split(extent))
            {
                if (piece.Offset < _reported)
                    continue; // the object that the one before ended in
                _reported = piece.End;
                bool exists = extent.Exists || (!Covers(extent, piece) && await HoldsDataAsync(piece).ConfigureAwait(false));
                rounded.Add(piece with { Exists = exists });
            }
        }

        return rounded;
    }

    /// <summary>The start of the object that <paramref name="offset"/> lies in.</summary>
    public ulong StartOf(ulong offset) => offset - offset % objectSize;

    /// <summary>The end of the object that the byte before <paramref name="offset"/> lies in.</summary>
    public ulong EndOf(ulong offset) => Math.Min(end, StartOf(offset - 1) + objectSize);

    // The object at its start, those in the middle, and the object at its end.
    private IEnumerable<LayerDiffExtent> Split(LayerDiffExtent extent)
    {
        ulong first = StartOf(extent.Offset);
        ulong last = StartOf(extent.End - 1);
        yield return new LayerDiffExtent(first, EndOf(first + 1) - first, extent.Exists);
        if (last > first + objectSize)
            yield return new LayerDiffExtent(first + objectSize, last - (first + objectSize), extent.Exists);
        if (last > first)
            yield return new LayerDiffExtent(last, EndOf(last + 1) - last, extent.Exists);
    }

    private static bool Covers(LayerDiffExtent extent, LayerDiffExtent piece) =>
        extent.Offset <= piece.Offset && extent.End >= piece.End;

    private async ValueTask<bool> HoldsDataAsync(LayerDiffExtent piece) =>
        await after.NextWholeDataAsync(piece.Offset, piece.End).ConfigureAwait(false) is not null;
}
