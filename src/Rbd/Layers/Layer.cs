using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A layer of an open stack: its volume, and of an overlay its table and its free places.</summary>
internal sealed class Layer : IDisposable
{
    // A volume grows by this much at least: on a store without a granularity of its own, not with every cluster.
    private const ulong GrowthMin = 64UL << 20;

    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly Lock _doubtLock = new();
    private readonly HashSet<uint> _inDoubt = []; // taken places, of which it is not certain that the last write to them is over

    public Layer(byte slot, LayerSource source, OverlayHeader? header)
    {
        Slot = slot;
        Source = source;
        Header = header;
        Table = header is null ? null : new OverlayTable(source.Volume, header);
        Overlap = source.Overlap;
        Filled = source.Filled;
        IsMerging = source.IsMerging;
    }

    /// <summary>The layer's number inside its stack: never 0, the same as long as the layer is in it.</summary>
    public byte Slot { get; }

    public LayerSource Source { get; }

    public IVolume Volume => Source.Volume;

    /// <summary>null: plain.</summary>
    public OverlayHeader? Header { get; }

    public OverlayTable? Table { get; }

    /// <summary>The overlay's free places; null until <see cref="LoadPlacesAsync"/>.</summary>
    public PlaceMap? Places { get; private set; }

    public ulong Overlap { get; set; }

    public ulong Filled { get; set; }

    /// <summary>It is being merged into the layer below, by whichever process.</summary>
    public bool IsMerging { get; set; }

    /// <summary>How much of it the image sees through all layers above, in bytes.</summary>
    public ulong Visible { get; set; }

    /// <summary>
    /// Freed places stay untouched: the layer is being merged away, and readers that looked them up earlier may still be on
    /// their way.
    /// </summary>
    public bool KeepsFreedPlaces { get; set; }

    /// <summary>Places that hold a cluster, or are to; null: not counted.</summary>
    public long? UsedPlaces
    {
        get
        {
            lock (_doubtLock)
                return KeepsFreedPlaces ? null : Places?.Count - _inDoubt.Count;
        }
    }

    public ulong OffsetOf(OverlayEntry entry) => Header!.PlaceOffset(entry.Place);

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>Forgets what it learned of the volume, free places too: somebody else may write to it from now on.</summary>
    public void Forget()
    {
        Places = null;
        lock (_doubtLock)
            _inDoubt.Clear();
        Table?.Forget();
    }

    /// <summary>Reads the whole table of an overlay to learn which places are free. Once; cheap when done.</summary>
    /// <exception cref="StorageException">EIO: the table is broken, for instance two entries have one place.</exception>
    public ValueTask LoadPlacesAsync() => Table is null || Places is not null ? ValueTask.CompletedTask : new(LoadPlacesOnceAsync());

    /// <summary>Extends the volume so that it holds <paramref name="end"/> bytes.</summary>
    public ValueTask EnsureSizeAsync(ulong end) => end <= Volume.Size ? ValueTask.CompletedTask : new(GrowAsync(end));

    /// <summary>Writes to places that no entry says yet.</summary>
    public async Task WriteAsync(PlaceRun run, IoVector data)
    {
        try
        {
            await Volume.WriteAsync(Header!.PlaceOffset(run.First), data).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Doubt(run, error);
            throw;
        }
    }

    /// <summary>
    /// No entry will say these places. One whose write has failed without an answer is not used again while the layer is open: the
    /// write may still arrive, and must not meet another cluster's data.
    /// </summary>
    public void GiveBack(PlaceRun run)
    {
        lock (_doubtLock)
        {
            if (_inDoubt.Count == 0)
            {
                Places!.Free(run);
                return;
            }

            for (uint place = run.First; place < run.First + (uint)run.Count; place++)
            {
                if (!_inDoubt.Contains(place))
                    Places!.Free(new PlaceRun(place, 1));
            }
        }
    }

    /// <summary>Gives places back once nothing durable points at them any more.</summary>
    public async Task ReleaseAsync(List<uint> places)
    {
        if (KeepsFreedPlaces)
            return;
        places.Sort();
        for (int i = 0, count; i < places.Count; i += count)
        {
            count = 1;
            while (i + count < places.Count && places[i + count] == places[i] + (uint)count)
                count++;
            await ReleaseAsync(new PlaceRun(places[i], count)).ConfigureAwait(false);
        }
    }

    private async Task ReleaseAsync(PlaceRun run)
    {
        try
        {
            ulong length = (ulong)run.Count << OverlayHeader.ClusterShift;
            await Volume.ZeroAsync(Header!.PlaceOffset(run.First), length, ZeroMode.Unmap).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            // The space comes back when the place is used again; nobody reads it until then.
            Doubt(run, error);
        }

        GiveBack(run);
    }

    // A full store has answered: nothing is under way.
    private void Doubt(PlaceRun run, Exception error)
    {
        if (error is StorageException { Errno: Errno.ENOSPC or Errno.EDQUOT or Errno.EOPNOTSUPP })
            return;
        lock (_doubtLock)
        {
            for (uint place = run.First; place < run.First + (uint)run.Count; place++)
                _inDoubt.Add(place);
        }
    }

    private async Task LoadPlacesOnceAsync()
    {
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Places is not null)
                return;

            // What an earlier writer left may not be durable yet: a place that it freed is taken again after a power failure.
            if (!Source.Limits.WritesAreDurable)
                await Volume.FlushAsync().ConfigureAwait(false);
            Places = await OverlayScan.FindPlacesAsync(Volume, Table!).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task GrowAsync(ulong end)
    {
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            if (end <= Volume.Size)
                return;
            ulong wanted = Math.Max(end, Math.Min(Volume.Size + GrowthMin, Source.Limits.SizeMax));
            await Volume.ResizeAsync(Source.Limits.RoundUp(wanted), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
