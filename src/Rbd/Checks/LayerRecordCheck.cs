using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The records of an image's layers and snapshots against each other.</summary>
internal sealed class LayerRecordCheck(ImagePool pool, LayerGraph graph, CheckReport report)
{
    private ImageHeader Header => graph.Header.Value;

    public void Run()
    {
        CheckTop(Header.HeadLayer, "the image");
        foreach (Stored<SnapshotRecord> snapshot in graph.Snapshots)
            CheckTop(snapshot.Value.Layer, $"snapshot '{snapshot.Value.Name}'");
        foreach (ImageLayer layer in graph.Layers.Values)
            CheckBelow(layer);
        CheckUnreferenced();
        CheckMerges();
        CheckSequence();
        if (Header.CutEnd > Header.Size)
            report.Pending("unfinished-shrink", $"The image shrank, and bytes up to {Header.CutEnd} are still to be zeroed. That is done before it grows again.");
    }

    private void CheckTop(string layerId, string whose)
    {
        if (graph.Find(layerId) is null)
            report.Damage("missing-layer", $"The records of {whose} name layer {layerId}, which has no record: its content is lost unless the record store is restored.");
        else if (graph.ChainOf(layerId)[^1] is { Value.Below: { } below } last && graph.Find(below) is not null)
            report.Damage("circular-layers", $"The layers of {whose} go round in a circle: {last.Id} lies on {below} and is below it. Restore the record store from a backup.");
    }

    private void CheckBelow(ImageLayer layer)
    {
        if (layer.Value.Below is { } below && graph.Find(below) is null)
            report.Damage("missing-layer", $"Layer {layer.Id} lies on layer {below}, which has no record: what it does not hold itself is lost unless the record store is restored.");
        if (layer.Value.LiesOnParent && Header.Parent is null)
            report.Damage("missing-parent", $"Layer {layer.Id} ({layer.Value.Path}) lies on a parent, but the image has none.");
        if (layer.Value is { Filled: { } filled })
            report.Pending("unfinished-flatten", $"A flatten stopped after {filled} bytes. Flatten the image again; it goes on from there.");
    }

    private void CheckUnreferenced()
    {
        foreach (ImageLayer layer in graph.FindUnreferenced())
        {
            report.Leftover("unreferenced-layer",
                $"No snapshot and no other layer needs layer {layer.Id}. A repair takes it out of the image and deletes its volume.",
                layer.Value.Path,
                DropAsync);
        }

        async Task<bool> DropAsync(CancellationToken cancellationToken)
        {
            await LayerMerger.DropAsync(pool, Header.Id, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
            LayerGraph? now = await LayerGraph.ReadAsync(pool, Header.Id, cancellationToken).ConfigureAwait(false);
            return now is null || now.FindUnreferenced().Count == 0;
        }
    }

    private void CheckMerges()
    {
        int count = graph.Layers.Values.Count(upper => graph.FindPair(upper.Id) is not null);
        if (count > 0)
        {
            report.Pending("unmerged-layers",
                $"{count} layers can be merged into those below them, since their snapshots are gone. That is done while the image is open for writing, or by a repair.",
                MergeAsync);
        }

        async Task<bool> MergeAsync(CancellationToken cancellationToken)
        {
            Image image = await Image.OpenByIdAsync(pool.Io, Header.Id, null, readOnly: false, cancellationToken).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
                return await image.Merging.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void CheckSequence()
    {
        ulong last = graph.Snapshots.Select(snapshot => snapshot.Value.Id).DefaultIfEmpty().Max();
        if (last <= Header.SnapshotSeq)
            return;
        report.Damage("snapshot-sequence",
            $"There is a snapshot with id {last}, but the next one would get {Header.SnapshotSeq + 1}. A repair counts on from {last}.",
            repair: token => pool.TryCommitAsync(
                new RecordTransaction()
                    .Require(graph.Header.Record)
                    .PutHeader(graph.Header.Record.Key, Header with { SnapshotSeq = last }),
                token).AsTask());
    }
}
