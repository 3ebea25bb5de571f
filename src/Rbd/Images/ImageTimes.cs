using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>When an open image was last read and written, recorded at most once a minute or as configured.</summary>
internal sealed class ImageTimes
{
    private readonly ImagePool _pool;
    private readonly string _id;
    private readonly TimeProvider _time;
    private TimeSpan? _accessInterval;
    private TimeSpan? _modifyInterval;
    private readonly Lock _lock = new();
    private Task _recording = Task.CompletedTask;
    private long _accessDueTicks;
    private long _modifyDueTicks;

    public ImageTimes(ImagePool pool, string id, ImageTimesRecord initial, ConfOverrides conf, TimeProvider time)
    {
        _pool = pool;
        _id = id;
        _time = time;
        Current = initial;
        Configure(conf);
    }

    public ImageTimesRecord Current { get; private set; }

    /// <summary>Takes over how often to record.</summary>
    public void Configure(ConfOverrides conf)
    {
        lock (_lock)
        {
            _accessInterval = IntervalOf(conf, "rbd_atime_update_interval");
            _modifyInterval = IntervalOf(conf, "rbd_mtime_update_interval");
            Volatile.Write(ref _accessDueTicks, Due(Current.Accessed, _accessInterval));
            Volatile.Write(ref _modifyDueTicks, Due(Current.Modified, _modifyInterval));
        }
    }

    public void NoteRead()
    {
        if (_time.GetUtcNow().UtcTicks >= Volatile.Read(ref _accessDueTicks))
            Record(accessed: true, modified: false);
    }

    public void NoteWrite()
    {
        if (_time.GetUtcNow().UtcTicks >= Volatile.Read(ref _modifyDueTicks))
            Record(accessed: false, modified: true);
    }

    /// <summary>Completes when what was noted is recorded.</summary>
    public Task SettleAsync()
    {
        lock (_lock)
            return _recording;
    }

    private static TimeSpan? IntervalOf(ConfOverrides conf, string option)
    {
        ulong seconds = conf.GetUInt(option);
        return seconds == 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
    }

    private static long Due(DateTimeOffset last, TimeSpan? interval) => interval is { } gap ? (last + gap).UtcTicks : long.MaxValue;

    private void Record(bool accessed, bool modified)
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            accessed &= now.UtcTicks >= _accessDueTicks;
            modified &= now.UtcTicks >= _modifyDueTicks;
            if (!accessed && !modified)
                return;

            Current = Current with
            {
                Accessed = accessed ? now : Current.Accessed,
                Modified = modified ? now : Current.Modified,
            };
            Volatile.Write(ref _accessDueTicks, Due(Current.Accessed, _accessInterval));
            Volatile.Write(ref _modifyDueTicks, Due(Current.Modified, _modifyInterval));
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
            Record? header = await _pool.Records.GetAsync(_pool.Keys.Header(_id), CancellationToken.None).ConfigureAwait(false);
            if (header is null)
                return;
            var transaction = new RecordTransaction()
                .Require(header)
                .Put(_pool.Keys.Times(_id), Stored.Serialize(times, RbdJsonContext.Default.ImageTimesRecord));
            await _pool.Records.CommitAsync(transaction, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            // Not worth failing an I/O that went well; the next minute tries again.
            Log.TimesNotRecorded(_pool.Logger, _id, error);
        }
    }
}
