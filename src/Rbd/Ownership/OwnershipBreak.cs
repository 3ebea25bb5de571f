using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Takes an image away from its owner: a live one is told and stops by itself, one that does not answer is shut out at the volumes.
/// </summary>
internal sealed class OwnershipBreak(Image image, Stored<OwnerRecord> owner)
{
    private ImagePool Pool => image.Pool;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var expulsion = new OwnerExpulsion(Pool, image.Id);
        await expulsion.BlockAsync(owner.Value.Address, cancellationToken).ConfigureAwait(false);
        await TellAsync(cancellationToken).ConfigureAwait(false);
        if (await OwnerExpulsion.HasStoppedAsync(IsThereAsync, cancellationToken).ConfigureAwait(false))
            return;
        await expulsion.ShutOutAsync(IsThereAsync, cancellationToken).ConfigureAwait(false);
        if (await FindAsync(cancellationToken).ConfigureAwait(false) is { } silent)
            await expulsion.RemoveAsync(silent, cancellationToken).ConfigureAwait(false);

        async Task<bool> IsThereAsync() => await FindAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        byte[] broken = Stored.Serialize(owner.Value with { IsBroken = true }, RbdJsonContext.Default.OwnerRecord);
        var transaction = new RecordTransaction().Require(owner.Record).Put(owner.Record.Key, broken, owner.Record.Session);
        try
        {
            await Pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.ESHUTDOWN && !image.IsFenced)
        {
            // Its session has just ended, and the record with it.
        }
    }

    /// <returns>null: it owns the image no more.</returns>
    private async Task<Stored<OwnerRecord>?> FindAsync(CancellationToken cancellationToken)
    {
        Stored<OwnerRecord>? found = await image.Ownership.ReadOwnerAsync(cancellationToken).ConfigureAwait(false);
        return found?.Value.IsSameHandle(owner.Value) == true ? found : null;
    }
}
