using System.Runtime.CompilerServices;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>One notification: tells those who watch the object now, and waits until each has answered or gone.</summary>
internal sealed class Notifying(Cluster cluster, ObjectId id, ObjectKeys keys) : IDisposable
{
    private readonly ulong _notification = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Dictionary<ObjectWatcherId, byte[]> _answers = [];

    private IRecordStore Records => cluster.Records;

    private string Key => $"{keys.Notifications(id)}{_notification:x16}";

    public async Task<NotifyReply> RunAsync(byte[] payload, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(timeout, cluster.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        IAsyncDisposable answers = await Records.WatchAsync(keys.Acknowledgements(_notification), Signal, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable answersEnd = answers.ConfigureAwait(false);
        IAsyncDisposable watchers = await Records.WatchAsync(keys.Watchers(id), Signal, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable watchersEnd = watchers.ConfigureAwait(false);

        IReadOnlyList<ObjectWatcherId> asked = await WatchersAsync(cancellationToken).ConfigureAwait(false);
        if (asked.Count == 0)
            return new NotifyReply([], []);
        await AnnounceAsync(payload, asked, cancellationToken).ConfigureAwait(false);
        try
        {
            await AwaitAnswersAsync(asked, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What came in time counts.
        }
        finally
        {
            await Records.CommitAsync(new RecordTransaction().Delete(Key), CancellationToken.None).ConfigureAwait(false);
        }

        return new NotifyReply(
            [.. asked.Where(_answers.ContainsKey).Select(watcher => KeyValuePair.Create(watcher, _answers[watcher]))],
            [.. asked.Where(watcher => !_answers.ContainsKey(watcher))]);
    }

    public void Dispose() => _changed.Dispose();

    private void Signal(RecordEvent change) => _changed.Release();

    private async Task<IReadOnlyList<ObjectWatcherId>> WatchersAsync(CancellationToken cancellationToken)
    {
        string prefix = keys.Watchers(id);
        var watchers = new List<ObjectWatcherId>();
        foreach (Record record in await Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false))
        {
            if (!await Records.IsSilentAsync(record.Session, cancellationToken).ConfigureAwait(false))
                watchers.Add(ObjectWatcherId.Parse(record.Key[prefix.Length..]));
        }

        return watchers;
    }

    private async Task AnnounceAsync(byte[] payload, IReadOnlyList<ObjectWatcherId> asked, CancellationToken cancellationToken)
    {
        var notification = new NotificationRecord
        {
            Id = _notification,
            Notifier = cluster.InstanceId,
            Payload = payload,
            Watchers = [.. asked.Select(watcher => watcher.ToKey())],
        };
        byte[] value = RadosRecords.Serialize(notification, RadosJsonContext.Default.NotificationRecord);
        await Records.CommitAsync(new RecordTransaction().Put(Key, value, cluster.Session.Id), cancellationToken).ConfigureAwait(false);
    }

    // An answer goes with its watcher's session, so it is kept as soon as it is seen.
    private async Task AwaitAnswersAsync(IReadOnlyList<ObjectWatcherId> asked, CancellationToken cancellationToken)
    {
        while (true)
        {
            string prefix = keys.Acknowledgements(_notification);
            IReadOnlyList<ObjectWatcherId> present = await WatchersAsync(cancellationToken).ConfigureAwait(false);
            foreach (Record record in await Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false))
            {
                _answers[ObjectWatcherId.Parse(record.Key[prefix.Length..])] =
                    RadosRecords.Parse(record, RadosJsonContext.Default.AcknowledgementRecord, value => value.Version).Payload;
            }

            if (asked.All(watcher => _answers.ContainsKey(watcher) || !present.Contains(watcher)))
                return;
            await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
