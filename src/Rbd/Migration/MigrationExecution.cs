using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Gives the destination volumes of its own. What it borrows never changes, so a volume is copied as it is, and one transaction puts the
/// copy in its place; cut short, the copies that are done stay. Where both images have one data pool there is nothing to copy: a commit
/// makes the volumes the destination's.
/// </summary>
internal sealed class MigrationExecution(MigrationWork work, ProgressCallback? progress)
{
    // How often people are told: everybody who has the image open reads its records anew.
    private const ulong StepsMax = 20;

    private ulong _done;
    private ulong _total;
    private ulong _told;

    private ImagePool Pool => work.Destination;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImageHeader header = await work.ThrowUnlessAsync(
            [MigrationState.Prepared, MigrationState.Executing, MigrationState.Error], cancellationToken).ConfigureAwait(false);
        await work.SetStateAsync(MigrationState.Executing, "0% complete", cancellationToken).ConfigureAwait(false);
        Stored<LayerRecord>[] layers = header.Migration!.DataPoolId == header.DataPoolId
            ? []
            : await ListBorrowedAsync(cancellationToken).ConfigureAwait(false);
        foreach (Stored<LayerRecord> layer in layers)
            _total += await SizeOfAsync(layer.Value, cancellationToken).ConfigureAwait(false);
        foreach (Stored<LayerRecord> layer in layers)
            await CopyAsync(header, layer, cancellationToken).ConfigureAwait(false);
        if (header is { Migration.SourceSpec: not null, Parent: not null })
            await ImageFlatten.RunAsync(Pool, header.Id, Pool.Describe(header.Name), parent: null, progress, cancellationToken).ConfigureAwait(false);
        await work.SetStateAsync(MigrationState.Executed, null, cancellationToken).ConfigureAwait(false);
        progress?.Invoke(Math.Max(_total, 1), Math.Max(_total, 1));
    }

    private async Task<Stored<LayerRecord>[]> ListBorrowedAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<LayerRecord>> layers = await Pool.RangeAsync(
            Pool.Keys.Layers(work.DestinationId), RbdJsonContext.Default.LayerRecord, cancellationToken).ConfigureAwait(false);
        return [.. layers.Where(layer => !layer.Value.HasOwnVolume)];
    }

    private async Task<ulong> SizeOfAsync(LayerRecord layer, CancellationToken cancellationToken)
    {
        IVolume source = await OpenAsync(layer, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
            return source.Size;
    }

    private async Task<IVolume> OpenAsync(LayerRecord layer, CancellationToken cancellationToken) => layer.SourceSpec is { } spec
        ? ImportFormats.Open(SourceSpec.Parse(spec), layer.Path, Pool.Volumes.Limits)
        : await Pool.Volumes.OpenAsync(layer.Path, readOnly: true, cancellationToken).ConfigureAwait(false);

    private async Task CopyAsync(ImageHeader header, Stored<LayerRecord> layer, CancellationToken cancellationToken)
    {
        IVolume source = await OpenAsync(layer.Value, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            NewLayer copy = await NewLayer.CreateCopyAsync(
                Pool, work.Operation, header, await Pool.GetDirectoryAsync(header.DataPoolId, cancellationToken).ConfigureAwait(false), layer.Value, source.Size, cancellationToken)
                .ConfigureAwait(false);
            bool isPlaced = false;
            try
            {
                await CopyAsync(source, copy.Record.Path, cancellationToken).ConfigureAwait(false);
                await PlaceAsync(layer, copy, cancellationToken).ConfigureAwait(false);
                isPlaced = true;
            }
            finally
            {
                if (!isPlaced)
                    await copy.UndoAsync(Pool, work.Operation).ConfigureAwait(false);
            }
        }
    }

    private async Task CopyAsync(IVolume source, VolumePath path, CancellationToken cancellationToken)
    {
        IVolume copy = await Pool.Volumes.OpenAsync(path, readOnly: false, cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            var copying = new VolumeCopy(source, copy, Pool.Io.Cluster.Conf.GetUInt("rbd_concurrent_management_ops"));
            await copying.RunAsync(done => ReportAsync(done, cancellationToken), cancellationToken).ConfigureAwait(false);
            await copy.FlushAsync().ConfigureAwait(false);
        }

        _done += source.Size;
    }

    private Task<long> PlaceAsync(Stored<LayerRecord> layer, NewLayer copy, CancellationToken cancellationToken) => work.ChangeAsync(
        "put a copied layer in its place",
        (header, transaction) =>
        {
            transaction
                .Require(layer.Record)
                .Require(copy.Claim.Record)
                .PutLayer(layer.Record.Key, layer.Value with
                {
                    Pool = copy.Record.Pool,
                    Volume = copy.Record.Volume,
                    Owner = copy.Record.Owner,
                    IsBorrowed = false,
                    SourceSpec = null,
                })
                .PutClaim(copy.Claim.Record.Key, copy.Claim.Value with { State = ClaimState.Live, Operation = 0 });
            return Task.FromResult(header);
        },
        cancellationToken);

    private async ValueTask ReportAsync(ulong doneOfLayer, CancellationToken cancellationToken)
    {
        ulong done = _done + doneOfLayer;
        progress?.Invoke(Math.Min(done, _total), Math.Max(_total, 1));
        ulong step = done * StepsMax / Math.Max(_total, 1);
        if (step <= _told)
            return;
        _told = step;
        await work.SetStateAsync(MigrationState.Executing, $"{done * 100 / _total}% complete", cancellationToken).ConfigureAwait(false);
    }
}
