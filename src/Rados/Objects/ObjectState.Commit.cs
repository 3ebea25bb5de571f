using CurveRbd.Store;

namespace CurveRbd.Rados;

// What is to be stored when all steps have succeeded.
public sealed partial class ObjectState
{
    /// <summary>
    /// The omap's changes fit in one transaction with the rest, or the whole omap is written anew under another id, which the object's record then names:
    /// so an operation is atomic however many entries it changes.
    /// </summary>
    internal async Task<ObjectChange> ChangeAsync(CancellationToken cancellationToken)
    {
        if (_now is null)
            return new ObjectChange(null, [], ReplacedGarbage());

        var puts = new List<KeyValuePair<string, byte[]>>(_newChunks.Select(pair => KeyValuePair.Create(_keys.Chunk(pair.Key), pair.Value)));
        string? omap = ReadOmap;
        if (_omapChanges.Count > 0)
        {
            bool isSmall = IsSmall(_omapChanges.Values.Sum(value => value?.Length ?? 0) + puts.Sum(put => put.Value.Length));
            omap = isSmall && ReadOmap is not null ? ReadOmap : Guid.NewGuid().ToString("N");
            await AddOmapAsync(puts, omap, cancellationToken).ConfigureAwait(false);
        }

        ObjectRecord stored = _now with { Omap = omap, Modified = Caller.Time };
        return new ObjectChange(stored, puts, ReplacedGarbage())
        {
            NewChunks = [.. _newChunks.Keys],
            NewOmap = omap == ReadOmap ? null : omap,
            RemovedEntries = omap is null || omap != ReadOmap
                ? []
                : [.. _omapChanges.Where(pair => pair.Value is null).Select(pair => _keys.OmapEntry(omap, pair.Key))],
        };
    }

    private bool IsSmall(int bytes) =>
        _omapChanges.Count + _newChunks.Count + _oldChunks.Count <= ObjectLimits.TransactionChangesMax && bytes <= ObjectLimits.TransactionBytesMax;

    private async Task AddOmapAsync(List<KeyValuePair<string, byte[]>> puts, string omap, CancellationToken cancellationToken)
    {
        IEnumerable<KeyValuePair<ByteName, byte[]>> entries = _omapChanges
            .Where(pair => pair.Value is not null)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!));
        if (omap != ReadOmap && ReadOmap is not null)
        {
            entries = (await OmapAsync(ByteName.Empty, ByteName.Empty, int.MaxValue, cancellationToken).ConfigureAwait(false)).Entries;
            _oldOmaps.Add(ReadOmap);
        }

        puts.AddRange(entries.Select(pair => KeyValuePair.Create(_keys.OmapEntry(omap, pair.Key), pair.Value)));
    }

    private ObjectGarbageRecord ReplacedGarbage() => new() { Chunks = [.. _oldChunks], Omaps = [.. _oldOmaps] };
}
