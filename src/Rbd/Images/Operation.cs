using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// One operation that takes several steps. It has a session of its own: when it ends in whatever way, its marks vanish, and what it
/// left unfinished can be told from what is still under way.
/// </summary>
internal sealed class Operation : IAsyncDisposable
{
    /// <summary>Between two looks at something that another operation holds for a moment.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly IRecordSession _session;

    private Operation(IRecordSession session, Record record)
    {
        _session = session;
        Record = record;
    }

    public long Id => _session.Id;

    /// <summary>Cancelled when the store has given the operation up, and others may finish what it began.</summary>
    public CancellationToken Lost => _session.Lost;

    /// <summary>Present as long as the operation lives. Every commit of the operation requires it.</summary>
    public Record Record { get; }

    public static async Task<Operation> StartAsync(ImagePool pool, CancellationToken cancellationToken)
    {
        IRecordSession session = await pool.Records.OpenSessionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string key = RecordKeys.Operation(session.Id);
            var transaction = new RecordTransaction().RequireAbsent(key).PutMarker(key, session.Id);
            RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
            return new Operation(session, new Record(key, default, commit.Revision, session.Id));
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A transaction that fails once the operation's session is lost.</summary>
    public RecordTransaction NewTransaction() => new RecordTransaction().Require(Record);

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
