using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>One client's work on a migration: no other works on it as long as it lasts.</summary>
internal sealed class MigrationWork : IAsyncDisposable
{
    private MigrationWork(MigrationPair pair, Operation operation)
    {
        Pair = pair;
        Operation = operation;
    }

    public MigrationPair Pair { get; }

    public Operation Operation { get; }

    public ImagePool Destination => Pair.Destination;

    public string DestinationId => Pair.DestinationId;

    private string LockKey => Destination.Keys.Migrate(DestinationId);

    /// <exception cref="StorageException">EBUSY: another client works on it.</exception>
    public static async Task<MigrationWork> BeginAsync(MigrationPair pair, string what, CancellationToken cancellationToken)
    {
        Operation operation = await Operation.StartAsync(pair.Destination, cancellationToken).ConfigureAwait(false);
        try
        {
            var work = new MigrationWork(pair, operation);
            await work.LockAsync(what, cancellationToken).ConfigureAwait(false);
            return work;
        }
        catch
        {
            await operation.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="expected">In which of these states it may be.</param>
    /// <exception cref="StorageException">EINVAL: it is in another.</exception>
    public async Task<ImageHeader> ThrowUnlessAsync(MigrationState[] expected, CancellationToken cancellationToken)
    {
        ImageHeader header = (await Pair.GetDestinationAsync(cancellationToken).ConfigureAwait(false)).Value;
        if (header.Migration?.State is { } state && expected.Contains(state))
            return header;
        throw new StorageException(
            Errno.EINVAL,
            $"the migration to image {Destination.Describe(header.Name)} is {header.Migration?.State}, and should be {string.Join(" or ", expected)}");
    }

    public Task SetStateAsync(MigrationState state, string? description, CancellationToken cancellationToken) => ChangeAsync(
        $"note that the migration is {state}",
        (header, _) => Task.FromResult(header with { Migration = header.Migration! with { State = state, StateDescription = description } }),
        cancellationToken);

    /// <summary>Changes the destination's records in one transaction, as often as it takes.</summary>
    /// <param name="change">Makes the changed header, and adds what changes with it.</param>
    /// <returns>The revision of the change.</returns>
    public async Task<long> ChangeAsync(
        string what, Func<ImageHeader, RecordTransaction, Task<ImageHeader>> change, CancellationToken cancellationToken)
    {
        long revision = 0;
        await ImagePool.RetryAsync(what, TryAsync).ConfigureAwait(false);
        return revision;

        async Task<bool> TryAsync()
        {
            await ThrowIfLostAsync(cancellationToken).ConfigureAwait(false);
            Stored<ImageHeader> header = await Pair.GetDestinationAsync(cancellationToken).ConfigureAwait(false);
            RecordTransaction transaction = Operation.NewTransaction().Require(header.Record);
            transaction.PutHeader(header.Record.Key, await change(header.Value, transaction).ConfigureAwait(false));
            RecordCommit commit = await Destination.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            revision = commit.Revision;
            return commit.Succeeded;
        }
    }

    /// <exception cref="StorageException">ESHUTDOWN.</exception>
    public async Task ThrowIfLostAsync(CancellationToken cancellationToken)
    {
        if (await Destination.Records.GetAsync(Operation.Record.Key, cancellationToken).ConfigureAwait(false) is null)
            throw new StorageException(Errno.ESHUTDOWN, "the session of the migration was lost: the records' store did not hear from this client for too long");
    }

    public ValueTask DisposeAsync() => Operation.DisposeAsync();

    private async Task LockAsync(string what, CancellationToken cancellationToken)
    {
        RecordTransaction transaction = Operation.NewTransaction().RequireAbsent(LockKey).PutMarker(LockKey, Operation.Id);
        if (!await Destination.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false))
            throw new StorageException(Errno.EBUSY, $"{what} migration to image id {DestinationId}: another client works on it; wait for its end");
    }
}
