using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>An image under random operations next to its bytes, and its snapshots next to theirs.</summary>
internal sealed class DiffModel(TestPool pool, Image image, byte[] initial, Random random)
{
    private const int SnapshotsMax = 4;
    private const int SizeMax = 5 << 20;
    private const int LengthMax = 300_000;

    private readonly List<(Snapshot Snapshot, byte[] Content)> _snapshots = [];
    private int _lastName;

    public byte[] Content { get; private set; } = initial;

    public IReadOnlyList<(Snapshot Snapshot, byte[] Content)> Snapshots => _snapshots;

    public async Task StepAsync()
    {
        switch (random.Next(18))
        {
            case 0:
                await ResizeAsync();
                break;
            case 1 or 2 when _snapshots.Count < SnapshotsMax:
                await SnapshotAsync();
                break;
            case 3 when _snapshots.Count > 0:
                await RemoveSnapshotAsync();
                break;
            case 4 when _snapshots.Count > 0:
                await RollBackAsync();
                break;
            case 5:
                await image.Merging.RunAsync(CancellationToken.None);
                break;
            case 6 or 7 or 8 when Content.Length > 0:
                await ZeroAsync();
                break;
            default:
                await WriteAsync();
                break;
        }
    }

    public async Task<Image> OpenAsync(Snapshot? at)
    {
        Image handle = await Image.OpenAsync(pool.Io, image.Name, at?.Name, readOnly: true, CancellationToken.None);
        Assert.Equal(at is null ? Content : _snapshots.First(one => one.Snapshot == at).Content, await ReadAsync(handle));
        return handle;
    }

    private static async Task<byte[]> ReadAsync(Image handle)
    {
        var all = new byte[handle.Size];
        if (all.Length > 0)
            await handle.ReadAsync(0, all);
        return all;
    }

    private async Task WriteAsync()
    {
        if (Content.Length == 0)
            return;
        (int offset, int length) = Range();
        var data = new byte[length];
        random.NextBytes(data);
        await image.WriteAsync((ulong)offset, data);
        data.CopyTo(Content, offset);
    }

    private async Task ZeroAsync()
    {
        (int offset, int length) = Range();
        await image.WriteZeroesAsync((ulong)offset, (ulong)length, random.Next(4) == 0 ? ZeroMode.Allocate : ZeroMode.Unmap);
        Content.AsSpan(offset, length).Clear();
    }

    private async Task ResizeAsync()
    {
        int size = random.Next(SizeMax);
        await image.ResizeAsync((ulong)size, allowShrink: true, null, CancellationToken.None);
        byte[] resized = Content;
        Array.Resize(ref resized, size);
        Content = resized;
    }

    private async Task SnapshotAsync()
    {
        var name = ByteName.FromText($"s{++_lastName}");
        await image.SnapshotAsync(name);
        _snapshots.Add((await image.Snapshots.GetAsync(name, CancellationToken.None), [.. Content]));
    }

    private async Task RemoveSnapshotAsync()
    {
        int index = random.Next(_snapshots.Count);
        await image.RemoveSnapshotAsync(_snapshots[index].Snapshot.Name);
        _snapshots.RemoveAt(index);
    }

    private async Task RollBackAsync()
    {
        (Snapshot snapshot, byte[] earlier) = _snapshots[random.Next(_snapshots.Count)];
        await image.Snapshots.RollbackAsync(snapshot.Name, null, CancellationToken.None);
        Content = [.. earlier];
    }

    // Often whole clusters, so that there are holes; sometimes to the end.
    private (int Offset, int Length) Range()
    {
        int offset = random.Next(Content.Length);
        if (random.Next(2) == 0)
            offset &= -OverlayHeader.ClusterSize;
        int length = 1 + random.Next(Math.Min(LengthMax, Content.Length - offset));
        return (offset, length);
    }
}
