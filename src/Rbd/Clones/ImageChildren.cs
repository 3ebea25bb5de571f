namespace CurveRbd.Rbd;

/// <summary>Finds the clones of an image, in all pools.</summary>
internal static class ImageChildren
{
    /// <param name="snapshotId">null: of all snapshots.</param>
    /// <returns>By name.</returns>
    public static async Task<IReadOnlyList<ImageChild>> ListAsync(
        ImagePool pool, string imageId, ulong? snapshotId, CancellationToken cancellationToken)
    {
        string prefix = snapshotId is { } id ? pool.Keys.Children(imageId, id) : pool.Keys.Children(imageId);
        IReadOnlyList<Stored<ChildRecord>> records = await pool.RangeAsync(
            prefix, RbdJsonContext.Default.ChildRecord, cancellationToken).ConfigureAwait(false);
        var children = new List<ImageChild>(records.Count);
        foreach (Stored<ChildRecord> record in records)
        {
            if (await FindAsync(pool, record.Value, cancellationToken).ConfigureAwait(false) is { } child)
                children.Add(child);
        }

        return Sort(children);
    }

    /// <summary>Clones, their clones, and so on.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public static async Task<IReadOnlyList<ImageChild>> ListDescendantsAsync(
        ImagePool pool, string imageId, ulong? snapshotId, CancellationToken cancellationToken)
    {
        List<ImageChild> found = [.. await ListAsync(pool, imageId, snapshotId, cancellationToken).ConfigureAwait(false)];
        for (int i = 0; i < found.Count; i++)
        {
            ImageChild child = found[i];
            if (await pool.FindOtherAsync(child.PoolId, child.Namespace, cancellationToken).ConfigureAwait(false) is { } other)
                found.AddRange(await ListAsync(other, child.ImageId, null, cancellationToken).ConfigureAwait(false));
        }

        return Sort(found);
    }

    /// <returns>null: it went with its pool.</returns>
    private static async Task<ImageChild?> FindAsync(ImagePool pool, ChildRecord child, CancellationToken cancellationToken)
    {
        if (await pool.FindOtherAsync(child.PoolId, child.Namespace, cancellationToken).ConfigureAwait(false) is not { } other
            || await other.GetAsync(other.Keys.Header(child.ImageId), RbdJsonContext.Default.ImageHeader, cancellationToken)
                .ConfigureAwait(false) is not { } header)
            return null;
        bool isTrashed = await TrashRecords.FindAsync(other, child.ImageId, cancellationToken).ConfigureAwait(false) is not null;
        return new ImageChild(other.Id, other.Io.Pool.Name, child.Namespace, child.ImageId, header.Value.Name, isTrashed);
    }

    private static List<ImageChild> Sort(List<ImageChild> children) =>
        [.. children.OrderBy(child => child.Name).ThenBy(child => child.PoolId).ThenBy(child => child.ImageId, StringComparer.Ordinal)];
}
