using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The key-value pairs of an image or of a pool.</summary>
public sealed class ImageMetadata
{
    private readonly MetadataTarget _target;

    internal ImageMetadata(MetadataTarget target) => _target = target;

    private ImagePool Pool => _target.Pool;

    /// <exception cref="StorageException">ENOENT.</exception>
    public async Task<ByteName> GetAsync(ByteName key, CancellationToken cancellationToken)
    {
        Stored<MetadataRecord> record = await Pool.GetAsync(
            _target.Key(key), RbdJsonContext.Default.MetadataRecord, cancellationToken).ConfigureAwait(false) ?? throw Missing(key);
        return record.Value.Value;
    }

    /// <exception cref="StorageException">EROFS; EINVAL: a <c>conf_</c> key of an unknown option, or a bad value.</exception>
    public async Task SetAsync(ByteName key, ByteName value, CancellationToken cancellationToken)
    {
        _target.ThrowIfReadOnly();
        if (key.IsEmpty)
            throw new StorageException(Errno.EINVAL, "a metadata key cannot be empty");
        ConfOverrides.ThrowUnlessValid(key, value);
        byte[] record = Stored.Serialize(new MetadataRecord { Value = value }, RbdJsonContext.Default.MetadataRecord);
        await ImagePool.RetryAsync($"set metadata '{key}' of {_target.Name}", () => TryPutAsync(key, record, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT; EROFS.</exception>
    public async Task RemoveAsync(ByteName key, CancellationToken cancellationToken)
    {
        _target.ThrowIfReadOnly();
        await ImagePool.RetryAsync($"remove metadata '{key}' of {_target.Name}", () => TryDeleteAsync(key, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Pairs whose key is greater than <paramref name="start"/>, in byte order.</summary>
    /// <param name="max">At most so many; 0 = all.</param>
    public async Task<IReadOnlyList<KeyValuePair<ByteName, ByteName>>> ListAsync(
        ByteName start, ulong max, CancellationToken cancellationToken)
    {
        // Encoded keys sort otherwise than names, so all are read.
        IReadOnlyList<Stored<MetadataRecord>> records = await Pool.RangeAsync(
            _target.Prefix, RbdJsonContext.Default.MetadataRecord, cancellationToken).ConfigureAwait(false);
        return records
            .Select(record => KeyValuePair.Create(NameOf(record.Record), record.Value.Value))
            .Where(pair => pair.Key > start)
            .OrderBy(pair => pair.Key)
            .Take(max is 0 or > int.MaxValue ? int.MaxValue : (int)max)
            .ToList();
    }

    private ByteName NameOf(Record record) => ByteName.Decode(record.Key.AsSpan(_target.Prefix.Length));

    private async Task<bool> TryPutAsync(ByteName key, byte[] record, CancellationToken cancellationToken)
    {
        var transaction = new RecordTransaction().Put(_target.Key(key), record);
        if (_target.OwnerKey is { } ownerKey)
        {
            transaction.Require(await Pool.Records.GetAsync(ownerKey, cancellationToken).ConfigureAwait(false)
                ?? throw new StorageException(Errno.ENOENT, $"{_target.Name} was removed"));
        }

        return await Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryDeleteAsync(ByteName key, CancellationToken cancellationToken)
    {
        Record record = await Pool.Records.GetAsync(_target.Key(key), cancellationToken).ConfigureAwait(false) ?? throw Missing(key);
        var transaction = new RecordTransaction().Require(record).Delete(record.Key);
        return await Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private StorageException Missing(ByteName key) => new(Errno.ENOENT, $"{_target.Name} has no metadata '{key}'");
}
