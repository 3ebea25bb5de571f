using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>When an open image was last read and written, recorded at most once a minute (Ceph's atime and mtime intervals).</summary>
internal sealed class ImageTimes(ImagePool pool, string id, ImageTimesRecord initial, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private Task _recording = Task.CompletedTask;
    private long _accessDueTicks = (initial.Accessed + s_interval).UtcTicks;
    private long _modifyDueTicks = (initial.Modified + s_interval).UtcTicks;

    public ImageTimesRecord Current { get; private set; } = initial;

    public void NoteRead()
    {
        if (time.GetUtcNow().UtcTicks >= Volatile.Read(ref _accessDueTicks))
            Record(accessed: true, modified: false);
    }

    public void NoteWrite()
    {
        if (time.GetUtcNow().UtcTicks >= Volatile.Read(ref _modifyDueTicks))
            Record(accessed: false, modified: true);
    }

    /// <summary>Completes when what was noted is recorded.</summary>
    public Task SettleAsync()
    {
        lock (_lock)
            return _recording;
    }

    private void Record(bool accessed, bool modified)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            accessed &= now.UtcTicks >= _accessDueTicks;
            modified &= now.UtcTicks >= _modifyDueTicks;
            if (!accessed && !modified)
                return;

            Current = Current with
            {
                Accessed = accessed ? now : Current.Accessed,
                Modified = modified ? now : Current.Modified,
            };
            Volatile.Write(ref _accessDueTicks, (Current.Accessed + s_interval).UtcTicks);
            Volatile.Write(ref _modifyDueTicks, (Current.Modified + s_interval).UtcTicks);
            Task earlier = _recording;
            ImageTimesRecord times = Current;
            _recording = Task.Run(() => PutAsync(earlier, times));
        }
    }

    private async Task PutAsync(Task earlier, ImageTimesRecord times)
    {
        await earlier.ConfigureAwait(false);
        try
        {
            Record? header = await pool.Records.GetAsync(pool.Keys.Header(id), CancellationToken.None).ConfigureAwait(false);
            if (header is null)
                return;
            var transaction = new RecordTransaction()
                .Require(header)
                .Put(pool.Keys.Times(id), Stored.Serialize(times, RbdJsonContext.Default.ImageTimesRecord));
            await pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // A time stamp is not worth failing an I/O that went well; the next minute tries again.
        }
    }
}
