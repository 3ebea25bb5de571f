using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// An image with snapshots and the byte arrays that it and they must equal. Two clients write and do operations; a third looks at it
/// and at its snapshots through a handle that it keeps open.
/// </summary>
internal sealed class SnapshotModel
{
    private const int SizeMax = 700_000; // eleven clusters: whole ones, cut ones, and several at once in one request
    private const int SnapshotsMax = 6;

    private readonly TestPool _pool;
    private readonly string _name;
    private readonly SnapshotModelClients _clients;
    private readonly Random _random;
    private readonly List<SnapshotModelSnapshot> _snapshots = [];
    private readonly List<string> _steps = [];
    private byte[] _head;
    private Image _image;
    private Image _other;
    private readonly Image _viewer;
    private int _names;
    private bool _otherWrote; // last: what it has in its cache the others need not see

    private SnapshotModel(
        TestPool pool, string name, byte[] head, SnapshotModelClients clients, Random random, Image image, Image other, Image viewer)
    {
        _pool = pool;
        _name = name;
        _head = head;
        _clients = clients;
        _random = random;
        _image = image;
        _other = other;
        _viewer = viewer;
    }

    public string Name => _name;

    public Image Image => _image;

    public IReadOnlyList<SnapshotModelSnapshot> Snapshots => _snapshots;

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    private Image LastWriter => _otherWrote ? _other : _image;

    public static async Task<SnapshotModel> CreateAsync(TestPool pool, string name, SnapshotModelClients clients, Random random)
    {
        int size = random.Next(SizeMax);
        await pool.CreateImageAsync(name, (ulong)size);
        return await OpenAsync(pool, name, new byte[size], clients, random);
    }

    /// <param name="head">What the image must equal.</param>
    public static async Task<SnapshotModel> OpenAsync(
        TestPool pool, string name, byte[] head, SnapshotModelClients clients, Random random)
    {
        Image image = await pool.OpenAsync(name);
        Image other = await Image.OpenAsync(clients.Other, name, null, readOnly: false, CancellationToken.None);
        Image viewer = await Image.OpenAsync(clients.Viewer, name, null, readOnly: true, CancellationToken.None);
        return new SnapshotModel(pool, name, head, clients, random, image, other, viewer);
    }

    public async Task StepAsync()
    {
        string step = await (_random.Next(36) switch
        {
            < 10 => WriteAsync(),
            < 13 => DiscardAsync(),
            < 16 => ZeroAsync(),
            < 18 => ResizeAsync(),
            < 22 => SnapshotAsync(),
            < 24 => RemoveSnapshotAsync(),
            < 26 => RollbackAsync(),
            26 => RenameSnapshotAsync(),
            27 => ReopenAsync(),
            28 => ReopenOtherAsync(),
            29 => FlushAsync(),
            30 => TurnAsync(),
            31 => MergeAsync(),
            < 34 => DiffAsync(),
            _ => ViewAsync(),
        });
        _steps.Add(step);
        await VerifyHeadAsync();
    }

    /// <summary>Compares everything, as a client sees it that opens the image now.</summary>
    public async Task VerifyAllAsync()
    {
        await VerifyHeadAsync();
        await LastWriter.FlushAsync();
        await using Image fresh = await _pool.OpenAsync(_name, readOnly: true);
        List<Snapshot> listed = [.. await fresh.Snapshots.ListAsync(CancellationToken.None)];
        listed.RemoveAll(snapshot => snapshot.NamespaceType == SnapshotNamespaceType.Trash);
        Assert.Equal(_snapshots.Select(snapshot => snapshot.Name), listed.Select(snapshot => snapshot.Name.ToString()));
        Assert.Equal(_snapshots.Select(snapshot => (ulong)snapshot.Data.Length), listed.Select(snapshot => snapshot.Size));
        foreach (SnapshotModelSnapshot snapshot in _snapshots)
        {
            await fresh.SetSnapshotAsync(snapshot.Name, CancellationToken.None);
            await VerifyAsync(fresh, snapshot.Data, $"snapshot {snapshot.Name}");
        }
    }

    public async Task CloseAsync()
    {
        await _image.CloseAsync();
        await _other.CloseAsync();
        await _viewer.CloseAsync();
    }

    private Task VerifyHeadAsync() =>
        VerifyAsync(_otherWrote && _other.SnapshotId == Snapshot.HeadId ? _other : _image, _head, "head");

    private static async Task VerifyAsync(Image image, byte[] expected, string what)
    {
        Assert.Equal((ulong)expected.Length, image.Size);
        var read = new byte[expected.Length];
        if (read.Length > 0)
            await image.ReadAsync(0, read);
        int equal = expected.AsSpan().CommonPrefixLength(read);
        Assert.True(equal == expected.Length, $"{what} differs from byte {equal} on");
    }

    private (int Offset, int Length) Range()
    {
        int offset = _random.Next(_head.Length);
        int length = _random.Next(3) switch
        {
            0 => _random.Next(1, 300),
            1 => _random.Next(1, 70_000),
            _ => _random.Next(1, 300_000),
        };
        if (_random.Next(2) == 0)
            (offset, length) = (offset & ~65535, (length + 65535) & ~65535);
        return (offset, Math.Min(length, _head.Length - offset));
    }

    private async Task<string> WriteAsync()
    {
        if (_head.Length == 0)
            return "nothing";
        (int offset, int length) = Range();
        var data = new byte[length];
        _random.NextBytes(data);
        (Image by, string who) = await AnyWriterAsync();

        Assert.Equal(length, await by.WriteAsync((ulong)offset, data));
        data.CopyTo(_head, offset);
        return $"write {offset}+{length} by {who}";
    }

    private async Task<string> DiscardAsync()
    {
        if (_head.Length == 0)
            return "nothing";
        (int offset, int length) = Range();
        (Image by, string who) = await AnyWriterAsync();

        await by.DiscardAsync((ulong)offset, (ulong)length);
        _head.AsSpan(offset, length).Clear();
        return $"discard {offset}+{length} by {who}";
    }

    private async Task<string> ZeroAsync()
    {
        if (_head.Length == 0)
            return "nothing";
        (int offset, int length) = Range();
        ZeroMode mode = _random.Next(2) == 0 ? ZeroMode.Unmap : ZeroMode.Allocate;
        (Image by, string who) = await AnyWriterAsync();

        await by.WriteZeroesAsync((ulong)offset, (ulong)length, mode);
        _head.AsSpan(offset, length).Clear();
        return $"zero {offset}+{length} {mode} by {who}";
    }

    private async Task<string> ResizeAsync()
    {
        int size = _random.Next(8) == 0 ? 0 : _random.Next(SizeMax);
        await LastWriter.FlushAsync();
        (Image by, string who) = await AnyWriterAsync();

        await by.ResizeAsync((ulong)size, allowShrink: true, null, CancellationToken.None);
        Array.Resize(ref _head, size);
        return $"resize {size} by {who}";
    }

    private async Task<string> SnapshotAsync()
    {
        if (_snapshots.Count == SnapshotsMax)
            return "nothing";
        var name = $"s{++_names}";
        (Image by, string who) = Anyone();

        await by.SnapshotAsync(name);
        _snapshots.Add(new SnapshotModelSnapshot(name, [.. _head]));
        return $"snapshot {name} by {who}";
    }

    private async Task<string> RemoveSnapshotAsync()
    {
        if (_snapshots.Count == 0)
            return "nothing";
        SnapshotModelSnapshot snapshot = AnySnapshot();
        (Image by, string who) = Anyone();

        await by.RemoveSnapshotAsync(snapshot.Name);
        _snapshots.Remove(snapshot);
        return $"remove {snapshot.Name} by {who}";
    }

    private async Task<string> RollbackAsync()
    {
        if (_snapshots.Count == 0)
            return "nothing";
        SnapshotModelSnapshot snapshot = AnySnapshot();
        (Image by, string who) = await AnyWriterAsync();

        await by.Snapshots.RollbackAsync(snapshot.Name, null, CancellationToken.None);
        _head = [.. snapshot.Data];
        return $"roll back to {snapshot.Name} by {who}";
    }

    private async Task<string> RenameSnapshotAsync()
    {
        if (_snapshots.Count == 0)
            return "nothing";
        int index = _random.Next(_snapshots.Count);
        string from = _snapshots[index].Name;
        var to = $"r{++_names}";
        (Image by, string who) = Anyone();

        await by.Snapshots.RenameAsync(from, to, CancellationToken.None);
        _snapshots[index] = _snapshots[index] with { Name = to };
        return $"rename {from} to {to} by {who}";
    }

    private async Task<string> ReopenAsync()
    {
        if (_otherWrote)
            await _other.FlushAsync();
        await _image.CloseAsync();
        _image = await _pool.OpenAsync(_name);
        return "reopen";
    }

    private async Task<string> ReopenOtherAsync()
    {
        await _other.CloseAsync();
        _other = await Image.OpenAsync(_clients.Other, _name, null, readOnly: false, CancellationToken.None);
        return "the other reopens";
    }

    private async Task<string> FlushAsync()
    {
        await _image.FlushAsync();
        return "flush";
    }

    // To a snapshot and back with the handle that writes.
    private async Task<string> TurnAsync()
    {
        if (_snapshots.Count == 0)
            return "nothing";
        SnapshotModelSnapshot snapshot = AnySnapshot();
        await _image.SetSnapshotAsync(snapshot.Name, CancellationToken.None);
        await VerifyAsync(_image, snapshot.Data, $"snapshot {snapshot.Name}");
        await _image.SetSnapshotAsync((ByteName?)null, CancellationToken.None);
        return $"turn to {snapshot.Name}";
    }

    private async Task<string> MergeAsync()
    {
        (Image by, string who) = Anyone();
        await by.Merging.RunAsync(CancellationToken.None);
        return $"merge by {who}";
    }

    private async Task<string> ViewAsync()
    {
        Image viewer = _random.Next(2) == 0 ? _viewer : _other;
        if (_snapshots.Count == 0 || _random.Next(2) == 0)
        {
            await LastWriter.FlushAsync();
            await viewer.SetSnapshotAsync((ByteName?)null, CancellationToken.None);
            await VerifyAsync(viewer, _head, "head");
            return viewer == _other ? "the other views the head" : "view the head";
        }

        SnapshotModelSnapshot snapshot = AnySnapshot();
        await viewer.SetSnapshotAsync(snapshot.Name, CancellationToken.None);
        await VerifyAsync(viewer, snapshot.Data, $"snapshot {snapshot.Name}");
        return viewer == _other ? $"the other views {snapshot.Name}" : $"view {snapshot.Name}";
    }

    // From a snapshot, or from nothing, to a later one or to the head.
    private async Task<string> DiffAsync()
    {
        int from = _random.Next(-1, _snapshots.Count);
        int to = _random.Next(from + 1, _snapshots.Count + 1);
        ByteName? fromName = from < 0 ? (ByteName?)null : ByteName.FromText(_snapshots[from].Name);
        ByteName? toName = to == _snapshots.Count ? (ByteName?)null : ByteName.FromText(_snapshots[to].Name);
        byte[] before = from < 0 ? [] : _snapshots[from].Data;
        byte[] after = toName is null ? _head : _snapshots[to].Data;
        if (after.Length == 0)
            return "nothing";
        await LastWriter.FlushAsync();
        await using Image image = await Image.OpenAsync(_pool.Io, _name, toName, readOnly: true, CancellationToken.None);

        var known = new byte[after.Length];
        before.AsSpan(0, Math.Min(before.Length, after.Length)).CopyTo(known);
        await image.DiffAsync(fromName, 0, (ulong)after.Length, includeParent: true, wholeObject: false, Apply, CancellationToken.None);
        int equal = after.AsSpan().CommonPrefixLength(known);
        Assert.True(equal == after.Length, $"the difference of {fromName} and {toName} leaves out byte {equal}");
        return $"diff {fromName} to {toName}";

        int Apply(ulong offset, ulong length, bool exists)
        {
            Span<byte> range = known.AsSpan((int)offset, (int)length);
            if (exists)
                after.AsSpan((int)offset, (int)length).CopyTo(range);
            else
                range.Clear();
            return 0;
        }
    }

    private SnapshotModelSnapshot AnySnapshot() => _snapshots[_random.Next(_snapshots.Count)];

    // The one that writes does so most of the time: an image seldom changes hands.
    private async Task<(Image Image, string Name)> AnyWriterAsync()
    {
        _otherWrote = _random.Next(4) == 0;
        if (!_otherWrote)
            return (_image, "the writer");
        await _other.SetSnapshotAsync((ByteName?)null, CancellationToken.None);
        return (_other, "the other");
    }

    private (Image Image, string Name) Anyone() => _random.Next(2) == 0 ? (_image, "the writer") : (_other, "the other");
}
