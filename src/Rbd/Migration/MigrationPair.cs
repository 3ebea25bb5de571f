using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The two images of a migration.</summary>
/// <param name="Source">Pool and namespace of the source; null: what is imported is no image.</param>
internal sealed record MigrationPair(ImagePool Destination, string DestinationId, ImagePool? Source, string? SourceId)
{
    /// <param name="name">Of the destination, or that which the source had.</param>
    /// <exception cref="StorageException">ENOENT: no such image. EINVAL: it does not migrate.</exception>
    public static async Task<MigrationPair> FindAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        Stored<ImageHeader> header = await FindHeaderAsync(pool, name, cancellationToken).ConfigureAwait(false);
        if (header.Value.Migration is not { } link)
            throw new StorageException(Errno.EINVAL, $"image {pool.Describe(name)} does not migrate: prepare a migration first");
        ImagePool? other = link is { PoolId: { } poolId, Namespace: { } otherNamespace }
            ? await pool.FindOtherAsync(poolId, otherNamespace, cancellationToken).ConfigureAwait(false)
            : null;
        if (link.Role == MigrationRole.Destination)
            return new MigrationPair(pool, header.Value.Id, other, link.ImageId);
        return other is not null && link.ImageId is { } destinationId
            ? new MigrationPair(other, destinationId, pool, header.Value.Id)
            : throw new StorageException(Errno.ENOENT, $"image {pool.Describe(name)} migrates to pool {link.PoolId}, which is gone");
    }

    /// <exception cref="StorageException">ENOENT, EINVAL: it is over.</exception>
    public async Task<Stored<ImageHeader>> GetDestinationAsync(CancellationToken cancellationToken)
    {
        Stored<ImageHeader> header = await Destination.GetAsync(
            Destination.Keys.Header(DestinationId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"the destination of the migration, image id {DestinationId} in pool {Destination.Io.Pool.Name}, is gone");
        return header.Value.Migration is { Role: MigrationRole.Destination }
            ? header
            : throw new StorageException(Errno.EINVAL, $"the migration to image {Destination.Describe(header.Value.Name)} has ended at this moment");
    }

    /// <returns>null: there is none.</returns>
    public async Task<Stored<ImageHeader>?> GetSourceAsync(CancellationToken cancellationToken) => Source is null || SourceId is null
        ? null
        : await Source.GetAsync(Source.Keys.Header(SourceId), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false);

    public async Task<MigrationStatus> DescribeAsync(CancellationToken cancellationToken)
    {
        ImageHeader destination = (await GetDestinationAsync(cancellationToken).ConfigureAwait(false)).Value;
        ImageHeader? source = (await GetSourceAsync(cancellationToken).ConfigureAwait(false))?.Value;
        return new MigrationStatus(
            Source?.Id ?? -1,
            Source?.Namespace ?? ByteName.Empty,
            source?.Name ?? ByteName.Empty,
            SourceId ?? "",
            Destination.Id,
            Destination.Namespace,
            destination.Name,
            DestinationId,
            destination.Migration?.State ?? MigrationState.Unknown,
            destination.Migration?.StateDescription ?? "",
            destination.Migration?.SourceSpec);
    }

    private static async Task<Stored<ImageHeader>> FindHeaderAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        string id = await FindIdAsync(pool, name, cancellationToken).ConfigureAwait(false);
        return await pool.GetAsync(pool.Keys.Header(id), RbdJsonContext.Default.ImageHeader, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"there is no image {pool.Describe(name)}");
    }

    private static async Task<string> FindIdAsync(ImagePool pool, ByteName name, CancellationToken cancellationToken)
    {
        try
        {
            return await ImageResolution.IdOfAsync(pool, name, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ENOENT)
        {
            IReadOnlyList<Stored<TrashRecord>> trash = await TrashRecords.ListAsync(pool, cancellationToken).ConfigureAwait(false);
            if (trash.FirstOrDefault(entry => entry.Value.Source == TrashSource.Migration && entry.Value.Name == name) is { } source)
                return source.Value.Id;
            throw;
        }
    }
}
