using System.Security.Cryptography;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes the destination of an import from files: each state that they hold is a layer that is read where it lies, until a migration's
/// execution copies it; an overlay takes what is written from now on. One transaction makes it an image.
/// </summary>
internal sealed class ImportPreparation(ImagePool pool, ByteName name, SourceSpec spec, ImageOptions options)
{
    private const int StatesMax = 1000;

    private const int IdLength = 12;

    private string NameKey => pool.Keys.Name(pool.Namespace, name);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImageCreation.ThrowUnlessUsable(name);
        IReadOnlyList<ImportedState> states = ImportFormats.List(spec);
        if (states.Count > StatesMax)
            throw new StorageException(Errno.EINVAL, $"the source has {states.Count - 1} snapshots, and no more than {StatesMax - 1} can be imported");
        CephConf conf = pool.Io.Cluster.Conf;
        ImageLayout layout = ImageLayout.Of(conf, states[^1].Size, options);
        foreach (ImportedState state in states)
            _ = pool.Volumes.Limits.RoundUp(state.Size); // EFBIG before anything is done
        Pool? dataPool = await ImageCreation.FindDataPoolAsync(pool, ImageCreation.DataPoolName(conf, options), cancellationToken).ConfigureAwait(false);
        await pool.Io.ThrowIfQuotaReachedAsync(cancellationToken).ConfigureAwait(false);
        await ImagePool.RetryAsync($"import {pool.Describe(name)}", () => TryAsync(states, layout, dataPool, cancellationToken)).ConfigureAwait(false);
    }

    /// <returns>false: somebody else was at work, look again.</returns>
    private async Task<bool> TryAsync(IReadOnlyList<ImportedState> states, ImageLayout layout, Pool? dataPool, CancellationToken cancellationToken)
    {
        await ImageRename.ThrowIfTakenAsync(pool, name, cancellationToken).ConfigureAwait(false);
        ImageHeader header = NewHeader(states, layout, dataPool);
        string directory = (dataPool ?? pool.Io.Pool).Directory;
        var near = new LayerRecord { Kind = LayerKind.Overlay, Pool = directory, Volume = "", Owner = pool.Owner };
        ulong capacity = OverlayHeader.For(header.Size, Guid.Empty).Capacity;
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
        {
            NewLayer head = await NewLayer.CreateOverlayAsync(pool, operation, header, near, capacity, cancellationToken).ConfigureAwait(false);
            bool isCommitted = false;
            try
            {
                string below = await PutStatesAsync(states, header.Id, directory, cancellationToken).ConfigureAwait(false);
                isCommitted = await PublishAsync(operation, header, head, below, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (!isCommitted)
                    await head.UndoAsync(pool, operation).ConfigureAwait(false);
            }

            return isCommitted;
        }
    }

    private ImageHeader NewHeader(IReadOnlyList<ImportedState> states, ImageLayout layout, Pool? dataPool) => new()
    {
        Id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true),
        Name = name,
        Namespace = pool.Namespace,
        Size = states[^1].Size,
        Order = layout.Order,
        Features = layout.Features | ImageFeatures.Migrating | (dataPool is null ? 0 : ImageFeatures.DataPool),
        StripeUnit = layout.StripeUnit,
        StripeCount = layout.StripeCount,
        Created = TimeProvider.System.GetUtcNow(),
        DataPoolId = dataPool?.Id ?? pool.Id,
        HeadLayer = "",
        SnapshotSeq = (ulong)states.Count - 1,
        Migration = new MigrationLink
        {
            Role = MigrationRole.Destination,
            State = MigrationState.Prepared,
            SourceSpec = spec.ToString(),
        },
    };

    // Before there is an image: cut short, they go with the claim on the head's volume.
    /// <returns>The layer of the image itself.</returns>
    private async Task<string> PutStatesAsync(
        IReadOnlyList<ImportedState> states, string id, string directory, CancellationToken cancellationToken)
    {
        string layerId = "";
        for (int i = 0; i < states.Count; i++)
        {
            ImportedState state = states[i];
            layerId = Guid.NewGuid().ToString();
            RecordTransaction transaction = new RecordTransaction().PutLayer(pool.Keys.Layer(id, layerId), new LayerRecord
            {
                Kind = LayerKind.Plain,
                Pool = directory,
                Volume = VolumeNames.FromId($"source.{layerId}"), // which it never is; but no two layers have the same
                Owner = pool.Owner,
                SourceSpec = state.Spec.ToString(),
            });
            if (state.Snapshot is { } snapshot)
                transaction.PutSnapshot(pool.Keys.Snapshot(id, (ulong)i + 1), NewSnapshot((ulong)i + 1, snapshot, state, layerId));
            await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }

        return layerId;
    }

    private static SnapshotRecord NewSnapshot(ulong id, ByteName snapshot, ImportedState state, string layerId) => new()
    {
        Id = id,
        Name = snapshot,
        Size = state.Size,
        Created = state.Created ?? TimeProvider.System.GetUtcNow(),
        Layer = layerId,
    };

    private async Task<bool> PublishAsync(
        Operation operation, ImageHeader header, NewLayer head, string below, CancellationToken cancellationToken)
    {
        Record? inNamespace = await RbdNamespaces.GetCurrentAsync(pool, cancellationToken).ConfigureAwait(false);
        RecordTransaction transaction = operation.NewTransaction()
            .RequireNamespace(pool, inNamespace)
            .RequireAbsent(NameKey)
            .RequireAbsent(pool.Keys.Header(header.Id))
            .PutName(NameKey, header.Id)
            .PutHeader(pool.Keys.Header(header.Id), header with { HeadLayer = head.Id });
        head.AddTo(transaction, pool, header.Id, head.Record with { Below = below, BelowOverlap = header.Size });
        return await pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }
}
