using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Makes the destination of an import from a snapshot of another image: a clone of it, which keeps the snapshot from being lost, and
/// which an execution flattens. Earlier snapshots stay with the source.
/// </summary>
internal sealed class NativeImport(ImagePool destination, ByteName name, SourceSpec spec, ImageOptions options)
{
    private const int CloneFormat = 2; // of any snapshot, protected or not

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ImagePool source = await FindPoolAsync(cancellationToken).ConfigureAwait(false);
        string id = spec.FindText("image_id") ?? await ImageResolution.IdOfAsync(
            source, (ByteName)spec.GetText("image_name"), cancellationToken).ConfigureAwait(false);
        SnapshotChoice snapshot = spec.FindText("snap_name") is { } snapshotName
            ? SnapshotChoice.Of((ByteName)snapshotName)
            : SnapshotChoice.Of(spec.FindNumber("snap_id") ?? throw new StorageException(Errno.EINVAL, "the source-spec needs \"snap_name\" or \"snap_id\": an image itself may change"));
        var link = new MigrationLink
        {
            Role = MigrationRole.Destination,
            State = MigrationState.Prepared,
            SourceSpec = spec.ToString(),
        };
        await ImageCreation.CloneAsync(
            destination,
            name,
            options,
            () => CloneOrigin.ReadAsync(source, id, snapshot, CloneFormat, cancellationToken),
            cancellationToken,
            link).ConfigureAwait(false);
    }

    private async Task<ImagePool> FindPoolAsync(CancellationToken cancellationToken)
    {
        Cluster cluster = destination.Io.Cluster;
        Pool? pool = spec.FindText("pool_name") is { } poolName
            ? await cluster.Pools.FindAsync((ByteName)poolName, cancellationToken).ConfigureAwait(false)
            : await cluster.Pools.FindAsync(
                (long)(spec.FindNumber("pool_id") ?? throw new StorageException(Errno.EINVAL, "the source-spec needs \"pool_name\" or \"pool_id\"")), cancellationToken)
                .ConfigureAwait(false);
        ImagePool? found = pool is null
            ? null
            : await destination.FindOtherAsync(pool.Id, (ByteName)(spec.FindText("pool_namespace") ?? ""), cancellationToken).ConfigureAwait(false);
        return found ?? throw new StorageException(Errno.ENOENT, "the pool that the source-spec names is not there");
    }
}
