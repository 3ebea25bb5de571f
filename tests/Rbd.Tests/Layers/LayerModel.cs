using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// An image on a <see cref="CrashStore"/> under random operations, next to what it must read as: one stamp for each sector, and
/// after an unflushed write all stamps that a crash may leave. Offsets cluster around a few spots, so that operations meet.
/// </summary>
internal sealed class LayerModel
{
    private const int SnapshotsMax = 6;

    private readonly Random _random;
    private readonly CrashStore _store;
    private readonly int _sector; // bytes; every operation is a multiple of it
    private readonly int[] _spots; // in sectors
    private readonly List<LayerModelSnapshot> _snapshots = [];
    private readonly Dictionary<int, HashSet<uint>> _allowed = []; // of sectors written since the last flush: with what was before
    private uint[] _stamps;
    private int _sectorCount; // of the image
    private LayerModelRecord _head;
    private LayerStack _stack = null!;
    private LayerMerge? _merge;
    private LayerModelRecord? _mergingUpper;
    private readonly HashSet<LayerModelRecord> _announced = []; // whose merge has begun, also by who died since
    private bool _isArranging; // records and open stack may differ
    private uint _lastStamp;
    private int _lastVolume;

    public LayerModel(int seed, VolumeLimits limits)
    {
        _random = new Random(seed);
        _store = new CrashStore(limits, _random);
        _sector = Math.Max(512, limits.BlockSize);
        int regionSectors = (int)OverlayHeader.RegionSize / _sector;
        _sectorCount = regionSectors + (3 << 20) / _sector;
        _stamps = new uint[_sectorCount];
        _spots = [0, regionSectors - (256 << 10) / _sector, _sectorCount - (256 << 10) / _sector];
        _head = new LayerModelRecord { Volume = NewVolumeName(), IsOverlay = false };
        _store.Create(_head.Volume, (ulong)_sectorCount * (ulong)_sector);
    }

    public int CrashCount { get; private set; }

    public int FailureCount { get; private set; }

    public int MergedCount { get; private set; }

    public long StepCount { get; private set; }

    public async Task RunAsync(int steps, bool withCrashes)
    {
        await OpenAsync();
        for (int i = 0; i < steps; i++)
        {
            if (withCrashes && _random.Next(12) == 0)
                _store.CrashIn(_random.Next(1, 60));
            if (withCrashes && _random.Next(12) == 0)
                _store.FailIn(_random.Next(1, 60));
            try
            {
                StepCount++;
                await StepAsync();
            }
            catch (StorageException error)
            {
                Assert.Equal(Errno.EIO, error.Errno);
                await (_store.IsCrashed ? RecoverAsync() : GoOnAsync());
            }
            catch (MachineCrashedException)
            {
                await RecoverAsync();
            }
        }

        if (_store.IsCrashed)
            await RecoverAsync();
        _store.Disarm();
        await VerifyAllAsync();
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 38 => WriteAsync(),
        < 54 => ReadAsync(),
        < 64 => ZeroAsync(),
        < 70 => FlushAsync(),
        < 76 => SnapshotAsync(),
        < 79 => RollBackAsync(),
        < 83 => RemoveSnapshotAsync(),
        < 91 => MergeStepAsync(),
        < 93 => FinishMergeAsync(),
        < 95 => ResizeAsync(),
        < 97 => VerifySnapshotAsync(),
        < 98 => FlattenAsync(),
        _ => ReopenAsync(),
    };

    private async Task WriteAsync()
    {
        (int first, int count) = PickRange(80);
        uint stamp = ++_lastStamp;
        AllowWrite(first, count, stamp);
        await _stack.WriteAsync(OffsetOf(first), new IoVector(Split(Fill(count, stamp)), count * _sector));
        Array.Fill(_stamps, stamp, first, count);
    }

    private async Task ZeroAsync()
    {
        (int first, int count) = PickRange(_random.Next(4) == 0 ? _sectorCount : 600);
        ZeroMode mode = count < 600 && _random.Next(4) == 0 ? ZeroMode.Allocate : ZeroMode.Unmap;
        await ZeroAsync(first, count, mode);
    }

    private async Task ZeroAsync(int first, int count, ZeroMode mode)
    {
        AllowWrite(first, count, 0);
        await _stack.ZeroAsync(OffsetOf(first), OffsetOf(count), mode);
        Array.Fill(_stamps, 0u, first, count);
    }

    private async Task ReadAsync()
    {
        (int first, int count) = PickRange(600);
        await VerifyAsync(_stack, _stamps, first, count);
    }

    private async Task FlushAsync()
    {
        await _stack.FlushAsync();
        _allowed.Clear();
    }

    private async Task SnapshotAsync()
    {
        if (_snapshots.Count == SnapshotsMax)
            return;
        var head = new LayerModelRecord { Volume = NewVolumeName(), IsOverlay = true, Parent = _head };
        LayerSource[] layers = [.. _stack.Layers, await CreateOverlayAsync(head)];
        await _stack.ArrangeAsync(layers);
        _allowed.Clear();
        _snapshots.Add(new LayerModelSnapshot(_head, _sectorCount, [.. _stamps]));
        _head = head; // a merge of the former head goes on: it is a frozen layer now
    }

    private async Task RollBackAsync()
    {
        if (_snapshots.Count == 0)
            return;
        LayerModelSnapshot snapshot = _snapshots[_random.Next(_snapshots.Count)];
        var head = new LayerModelRecord { Volume = NewVolumeName(), IsOverlay = true, Parent = snapshot.Top };
        LayerSource overlay = await CreateOverlayAsync(head);
        List<LayerModelRecord> chain = ChainOf(snapshot.Top);
        IReadOnlyList<LayerSource> old = _stack.Layers;
        LayerSource[] layers = [.. SourcesOf(chain, old), overlay];
        await _stack.ArrangeAsync(layers);
        _head = head;
        _sectorCount = snapshot.SectorCount;
        _stamps = [.. snapshot.Stamps];
        _allowed.Clear();
        foreach (LayerSource gone in old.Where(layer => !layers.Any(kept => ReferenceEquals(kept.Volume, layer.Volume))))
            await gone.Volume.DisposeAsync();
        DeleteUnused();
        await FinishBrokenMergeAsync();
    }

    private Task RemoveSnapshotAsync()
    {
        if (_snapshots.Count == 0)
            return Task.CompletedTask;
        _snapshots.RemoveAt(_random.Next(_snapshots.Count));
        DeleteUnused();
        return Task.CompletedTask;
    }

    private async Task MergeStepAsync()
    {
        if (_merge is null && !await BeginMergeAsync())
            return;
        var cancellation = new CancellationTokenSource(); // not disposed: the store may cancel it after the step
        if (_random.Next(3) == 0)
            _store.After(_random.Next(1, 200), cancellation.Cancel);
        try
        {
            await _merge!.RunAsync(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            // Half merged is a state like any other.
        }
    }

    private async Task<bool> BeginMergeAsync()
    {
        List<LayerModelRecord> chain = ChainOf(_head);
        LayerModelRecord[] candidates = [.. chain.Skip(1).Where(upper => ReferencesTo(upper.Parent!) == 1)];
        if (candidates.Length == 0)
            return false;
        LayerModelRecord upper = candidates[_random.Next(candidates.Length)];
        if (upper.ParentOverlap != ulong.MaxValue)
            await LiftOverlapAsync(upper);
        _mergingUpper = upper;
        _announced.Add(upper);
        _merge = await _stack.BeginMergeAsync(
            VolumeOf(upper), new MergeOptions { ClustersAtOnce = _random.Next(1, 9) });
        return true;
    }

    private async Task LiftOverlapAsync(LayerModelRecord upper)
    {
        await _stack.TrimAsync(VolumeOf(upper.Parent!));
        _allowed.Clear();
        upper.Parent!.ParentOverlap = Math.Min(upper.Parent.ParentOverlap, upper.ParentOverlap);
        upper.ParentOverlap = ulong.MaxValue;
        _isArranging = true;
        await _stack.ArrangeAsync(SourcesOf(ChainOf(_head), _stack.Layers));
        _isArranging = false;
    }

    private async Task FinishMergeAsync()
    {
        if (_merge is null)
            return;
        IVolume upperVolume = _merge.Upper.Volume;
        if (!await _stack.FinishMergeAsync(_merge))
            return;
        _allowed.Clear();
        LayerModelRecord upper = _mergingUpper!;
        string gone = upper.Volume;
        LayerModelRecord lower = upper.Parent!;
        _announced.Remove(upper);
        if (_announced.Remove(lower))
            _announced.Add(upper);
        upper.Volume = lower.Volume;
        upper.IsOverlay = lower.IsOverlay;
        upper.ParentOverlap = lower.ParentOverlap;
        upper.Parent = lower.Parent;
        await upperVolume.DisposeAsync();
        _store.Delete(gone);
        _merge = null;
        MergedCount++;
    }

    private async Task ResizeAsync()
    {
        int count = _random.Next(_sectorCount / 2, _stamps.Length + 1);
        if (count < _sectorCount)
            await ShrinkAsync(count);
        else
            await GrowAsync(count);
    }

    private async Task ShrinkAsync(int count)
    {
        int from = count;
        int old = _sectorCount;
        _sectorCount = count;
        _head.ParentOverlap = Math.Min(_head.ParentOverlap, OffsetOf(count));
        _stack.CutOverlap(OffsetOf(count));
        if (_mergingUpper == _head)
            _merge = null;
        Array.Clear(_stamps, from, _stamps.Length - from);
        foreach (int sector in _allowed.Keys.Where(sector => sector >= from).ToArray())
            _allowed.Remove(sector);
        await _stack.ZeroAsync(OffsetOf(from), OffsetOf(old - from), ZeroMode.Unmap);
    }

    // What the head kept beyond its end (the shrinking may have been interrupted) must not come back.
    private async Task GrowAsync(int count)
    {
        if (count == _sectorCount)
            return;
        await _stack.ZeroAsync(OffsetOf(_sectorCount), OffsetOf(count - _sectorCount), ZeroMode.Unmap);
        await FlushAsync();
        _sectorCount = count;
    }

    // The whole chain is replaced by one plain volume and a fresh head, as for a clone without snapshots.
    private async Task FlattenAsync()
    {
        if (_snapshots.Count > 0 || _merge is not null || !_head.IsOverlay || _head.Parent!.Parent is null)
            return;
        List<LayerModelRecord> chain = ChainOf(_head);
        LayerModelRecord filled = new() { Volume = NewVolumeName(), IsOverlay = false };
        IVolume target = _store.Create(filled.Volume, OffsetOf(_stamps.Length));
        IReadOnlyList<LayerSource> below = SourcesOf(chain[..^1], []);
        LayerStack source = await LayerStack.OpenAsync(below, LayerStackOptions.Default);
        List<LayerSource> layers = [.. _stack.Layers];
        ulong overlap = Math.Min(_head.ParentOverlap, OffsetOf(_sectorCount));
        layers.Insert(layers.Count - 1, new LayerSource(target, _store.Limits, IsOverlay: false, layers[^2].Overlap, Filled: 0));
        layers[^3] = layers[^3] with { Overlap = ulong.MaxValue };
        _isArranging = true;
        await _stack.ArrangeAsync(layers);
        _allowed.Clear();
        await new LayerFill(source, target).RunAsync(0, overlap, OnFilledAsync, CancellationToken.None);
        await source.DisposeAsync();
        await _stack.ArrangeAsync([layers[^2] with { Filled = ulong.MaxValue }, layers[^1]]);
        _isArranging = false;
        _head.Parent = filled;
        foreach (LayerSource gone in layers[..^2])
            await gone.Volume.DisposeAsync();
        DeleteUnused();

        async Task OnFilledAsync(ulong watermark)
        {
            _stack.SetFilled(target, watermark);
            await VerifyAsync(_stack, _stamps, _sectorCount);
        }
    }

    private async Task ReopenAsync()
    {
        await FlushAsync();
        await CheckTablesAsync();
        _isArranging = true;
        await _stack.DisposeAsync();
        await OpenAsync();
    }

    // A request has failed: the sectors that it wrote are old or new. Half of the time the process dies of it.
    private async Task GoOnAsync()
    {
        FailureCount++;
        _store.Disarm();
        if (_isArranging || _random.Next(2) == 0)
        {
            await _stack.DisposeAsync();
            DeleteUnused();
            await OpenAsync();
        }

        await TakeOverAsync();
    }

    private async Task RecoverAsync()
    {
        CrashCount++;
        await _stack.DisposeAsync();
        _store.Restart();
        DeleteUnused();
        await OpenAsync();
        await TakeOverAsync();
        await FlushAsync();
        await CheckTablesAsync();
        await VerifySnapshotAsync();
    }

    private async Task OpenAsync()
    {
        _merge = null;
        var options = new LayerStackOptions { TableBytesMax = _random.Next(2) == 0 ? 1 : 32 << 20, DirtyBlocksMax = _random.Next(1, 4) };
        _stack = await LayerStack.OpenAsync(SourcesOf(ChainOf(_head), []), options);
        _isArranging = false;
    }

    // Whatever the crash left, if it is allowed, is the image from now on.
    private async Task TakeOverAsync()
    {
        foreach ((int first, int count) in Spots(_sectorCount))
            await TakeOverAsync(first, count);
    }

    private async Task TakeOverAsync(int first, int count)
    {
        byte[] content = await ReadAsync(_stack, first, count);
        for (int sector = first; sector < first + count; sector++)
        {
            uint found = StampOf(content, sector - first);
            bool isAllowed = found == _stamps[sector] || (_allowed.TryGetValue(sector, out HashSet<uint>? allowed) && allowed.Contains(found));
            Assert.True(isAllowed, $"sector {sector} reads as {found} after a crash: neither {_stamps[sector]} nor what was written since the last flush");
            _stamps[sector] = found;
        }
    }

    private async Task VerifyAllAsync()
    {
        await FlushAsync();
        await VerifyAsync(_stack, _stamps, 0, _sectorCount);
        foreach (LayerModelSnapshot snapshot in _snapshots)
            await VerifyAsync(snapshot);
        await CheckTablesAsync();
    }

    private async Task VerifySnapshotAsync()
    {
        if (_snapshots.Count > 0)
            await VerifyAsync(_snapshots[_random.Next(_snapshots.Count)]);
    }

    private async Task VerifyAsync(LayerModelSnapshot snapshot)
    {
        LayerStack stack = await LayerStack.OpenAsync(SourcesOf(ChainOf(snapshot.Top), []), LayerStackOptions.Default);
        await VerifyAsync(stack, snapshot.Stamps, snapshot.SectorCount);
        await stack.DisposeAsync();
    }

    private async Task VerifyAsync(LayerStack stack, uint[] stamps, int sectorCount)
    {
        foreach ((int first, int count) in Spots(sectorCount))
            await VerifyAsync(stack, stamps, first, count);
    }

    // Nothing is ever written elsewhere.
    private IEnumerable<(int First, int Count)> Spots(int sectorCount)
    {
        foreach (int spot in _spots)
        {
            if (spot < sectorCount)
                yield return (spot, Math.Min((4 << 20) / _sector, sectorCount - spot));
        }
    }

    private async Task VerifyAsync(LayerStack stack, uint[] stamps, int first, int count)
    {
        byte[] content = await ReadAsync(stack, first, count);
        for (int i = 0; i < count; i++)
        {
            uint found = StampOf(content, i);
            Assert.True(found == stamps[first + i], $"sector {first + i} reads as {found} instead of {stamps[first + i]}");
        }
    }

    // Every place has one entry, and an open stack counts as used what its tables say.
    private async Task CheckTablesAsync()
    {
        foreach (LayerSource layer in _stack.Layers.Where(layer => layer.IsOverlay))
        {
            OverlayHeader header = await OverlayVolume.ReadHeaderAsync(layer.Volume);
            PlaceMap places = await OverlayScan.FindPlacesAsync(layer.Volume, new OverlayTable(layer.Volume, header));
            if (_merge is null && _stack.UsedPlaces(layer.Volume) is { } used)
                Assert.Equal(places.Count, used);
        }
    }

    private async Task<byte[]> ReadAsync(LayerStack stack, int first, int count)
    {
        var content = new byte[count * _sector];
        for (int done = 0; done < content.Length;)
        {
            int length = Math.Min(content.Length - done, 8 << 20);
            await stack.ReadAsync(OffsetOf(first) + (ulong)done, content.AsMemory(done, length));
            done += length;
        }

        return content;
    }

    private void AllowWrite(int first, int count, uint stamp)
    {
        for (int sector = first; sector < first + count; sector++)
        {
            if (!_allowed.TryGetValue(sector, out HashSet<uint>? allowed))
                _allowed[sector] = allowed = [_stamps[sector]];
            allowed.Add(stamp);
        }
    }

    private (int First, int Count) PickRange(int countMax)
    {
        int[] spots = [.. _spots.Where(candidate => candidate < _sectorCount)];
        int spot = spots[_random.Next(spots.Length)];
        int first = Math.Min(spot + _random.Next((512 << 10) / _sector), _sectorCount - 1);
        int countLimit = Math.Min(countMax, _sectorCount - first);
        int count = _random.Next(3) == 0 ? _random.Next(1, countLimit + 1) : _random.Next(1, Math.Min(countLimit, 8) + 1);
        if (_random.Next(4) == 0)
        {
            int cluster = OverlayHeader.ClusterSize / _sector;
            first = first / cluster * cluster;
            count = Math.Min((count / cluster + 1) * cluster, _sectorCount - first);
        }

        return (first, count);
    }

    private byte[] Fill(int count, uint stamp)
    {
        var data = new byte[count * _sector];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(data.AsSpan()).Fill(stamp);
        return data;
    }

    // QEMU's requests come in pieces.
    private Memory<byte>[] Split(byte[] data)
    {
        int at = _random.Next(data.Length + 1);
        return [data.AsMemory(0, at), data.AsMemory(at)];
    }

    private uint StampOf(byte[] content, int index)
    {
        ReadOnlySpan<uint> sector =
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(content.AsSpan(index * _sector, _sector));
        Assert.False(sector.ContainsAnyExcept(sector[0]), $"sector {index} is torn");
        return sector[0];
    }

    private ulong OffsetOf(int sector) => (ulong)sector * (ulong)_sector;

    private string NewVolumeName() => $"layer-{++_lastVolume}";

    private async Task<LayerSource> CreateOverlayAsync(LayerModelRecord record)
    {
        OverlayHeader header = OverlayHeader.For(OffsetOf(_stamps.Length), Guid.Empty);
        IVolume volume = _store.Create(record.Volume, header.InitialVolumeSize(_store.Limits));
        await OverlayVolume.FormatAsync(volume, header);
        return new LayerSource(volume, _store.Limits, IsOverlay: true);
    }

    private static List<LayerModelRecord> ChainOf(LayerModelRecord top)
    {
        var chain = new List<LayerModelRecord>();
        for (LayerModelRecord? layer = top; layer is not null; layer = layer.Parent)
            chain.Insert(0, layer);
        return chain;
    }

    private LayerSource[] SourcesOf(List<LayerModelRecord> chain, IReadOnlyList<LayerSource> open) =>
    [
        .. chain.Select((layer, index) => new LayerSource(
            open.FirstOrDefault(candidate => candidate.Volume.Path.Name == layer.Volume)?.Volume ?? _store.Open(layer.Volume),
            _store.Limits,
            layer.IsOverlay,
            index + 1 < chain.Count ? chain[index + 1].ParentOverlap : ulong.MaxValue,
            IsMerging: _announced.Contains(layer))),
    ];

    private IVolume VolumeOf(LayerModelRecord layer) =>
        _stack.Layers.Single(candidate => candidate.Volume.Path.Name == layer.Volume).Volume;

    private HashSet<LayerModelRecord> LiveLayers() =>
        [.. _snapshots.Select(snapshot => snapshot.Top).Append(_head).SelectMany(ChainOf)];

    private int ReferencesTo(LayerModelRecord layer) =>
        LiveLayers().Count(child => child.Parent == layer) + _snapshots.Count(snapshot => snapshot.Top == layer);

    private void DeleteUnused()
    {
        HashSet<string> used = [.. LiveLayers().Select(layer => layer.Volume)];
        foreach (string name in _store.Names.Where(name => !used.Contains(name)).ToArray())
            _store.Delete(name);
    }

    private async Task FinishBrokenMergeAsync()
    {
        if (_merge is null || ChainOf(_head).Contains(_mergingUpper!))
            return;
        _merge = null;
        await ReopenAsync();
    }
}
