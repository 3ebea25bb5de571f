using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Changes the layers of an image's head in a moment in which nobody writes to it.</summary>
internal sealed class HeadChange(ImagePool pool, string id, Operation operation)
{
    /// <param name="change">
    /// Makes the changed header of the records it gets, and adds to the transaction what changes with it. Called again when somebody
    /// changed the header meanwhile. May throw: nothing has changed then.
    /// </param>
    /// <returns>The revision of the changed header.</returns>
    /// <exception cref="StorageException">ETIMEDOUT and others, see <see cref="HeadFreeze.BeginAsync"/>. ESHUTDOWN: the operation was lost.</exception>
    public async Task<long> RunAsync(
        FreezeRecord freeze, Func<ImageRecords, RecordTransaction, Task<ImageHeader>> change, CancellationToken cancellationToken)
    {
        HeadFreeze frozen = await HeadFreeze.BeginAsync(pool, id, operation, freeze, cancellationToken).ConfigureAwait(false);
        await using (frozen.ConfigureAwait(false))
            return await RunAsync(frozen, change, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same while the image is frozen already.</summary>
    /// <inheritdoc cref="RunAsync(FreezeRecord, Func{ImageRecords, RecordTransaction, Task{ImageHeader}}, CancellationToken)"/>
    public async Task<long> RunAsync(
        HeadFreeze frozen, Func<ImageRecords, RecordTransaction, Task<ImageHeader>> change, CancellationToken cancellationToken)
    {
        long revision = 0;
        await ImagePool.RetryAsync(
            $"change the head of image id {id}",
            async () => (revision = await TryAsync(frozen, change, cancellationToken).ConfigureAwait(false)) > 0).ConfigureAwait(false);
        return revision;
    }

    private async Task<long> TryAsync(
        HeadFreeze frozen, Func<ImageRecords, RecordTransaction, Task<ImageHeader>> change, CancellationToken cancellationToken)
    {
        ImageRecords records = await ImageRecords.ReadAsync(pool, id, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"image id {id} in pool {pool.Io.Pool.Name} was removed");
        if (records.Freeze is null)
            throw new StorageException(Errno.ESHUTDOWN, $"image id {id} in pool {pool.Io.Pool.Name}: the operation's session was lost");
        RecordTransaction transaction = frozen.AddTo(operation.NewTransaction().Require(records.Header.Record));
        ImageHeader header = await change(records, transaction).ConfigureAwait(false);
        transaction.PutHeader(records.Header.Record.Key, header);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
        if (!commit.Succeeded)
            return 0;
        frozen.End();
        return commit.Revision;
    }
}
