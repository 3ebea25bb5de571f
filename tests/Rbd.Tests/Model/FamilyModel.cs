using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Images, their snapshots, clones of these, their clones, and the byte arrays that all of them must equal. Two clients work on them
/// in turn; each image stays open by one of them.
/// </summary>
internal sealed class FamilyModel
{
    private const int SizeMax = 500_000;
    private const int ImagesMax = 7;
    private const int SnapshotsMax = 4;

    private readonly TestPool _pool;
    private readonly IoContext[] _clients;
    private readonly Random _random;
    private readonly List<FamilyImage> _images = [];
    private readonly List<string> _steps = [];
    private int _names;

    private FamilyModel(TestPool pool, IoContext[] clients, Random random)
    {
        _pool = pool;
        _clients = clients;
        _random = random;
    }

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    public static async Task<FamilyModel> StartAsync(TestPool pool, Random random) =>
        new(pool, [pool.Io, await pool.ConnectAnotherAsync()], random);

    public async Task StepAsync()
    {
        if (_images.Count == 0)
        {
            await CreateAsync();
            return;
        }

        FamilyImage image = _images[_random.Next(_images.Count)];
        string step = await (_random.Next(40) switch
        {
            < 10 => WriteAsync(image),
            < 13 => DiscardAsync(image),
            < 15 => ResizeAsync(image),
            < 19 => SnapshotAsync(image),
            < 21 => ProtectAsync(image),
            < 23 => RemoveSnapshotAsync(image),
            < 24 => RollbackAsync(image),
            < 30 => CloneAsync(image),
            < 32 => FlattenAsync(image),
            32 => AbortFlattenAsync(image),
            < 35 => RemoveAsync(image),
            35 => TrashAsync(image),
            36 => ReopenAsync(image),
            37 => MergeAsync(image),
            38 => CreateAsync(),
            _ => FlushAsync(image),
        });
        _steps.Add(step);
        if (_images.Contains(image))
            await VerifyAsync(image.Handle, image.Head, image.Name);
    }

    /// <summary>Compares everything, as a client sees it that opens the images now.</summary>
    public async Task VerifyAllAsync()
    {
        Assert.Equal(_images.Select(image => image.Name).Order(StringComparer.Ordinal), await _pool.ListAsync());
        foreach (FamilyImage image in _images)
            await VerifyAllAsync(image);
    }

    public async Task CloseAsync()
    {
        foreach (FamilyImage image in _images)
            await image.Handle.CloseAsync();
    }

    private async Task VerifyAllAsync(FamilyImage image)
    {
        await VerifyAsync(image.Handle, image.Head, image.Name);
        await image.Handle.FlushAsync(); // what has not been flushed is its writer's alone
        await using Image fresh = await _pool.OpenAsync(image.Name, readOnly: true);
        await VerifyAsync(fresh, image.Head, $"{image.Name} opened anew");
        ImageParent? parent = await fresh.GetParentAsync(CancellationToken.None);
        Assert.Equal(image.Parent?.Image.Name, parent?.ImageName.ToString());
        Assert.Equal(image.Parent?.Name, (parent?.Snapshot.TrashOriginalName ?? parent?.Snapshot.Name)?.ToString());
        Assert.Equal(
            image.Snapshots.SelectMany(snapshot => snapshot.Clones).Select(clone => clone.Name).Order(StringComparer.Ordinal),
            (await fresh.ListChildrenAsync(CancellationToken.None)).Select(child => child.Name.ToString()));
        IReadOnlyList<Snapshot> listed = await fresh.Snapshots.ListAsync(CancellationToken.None);
        Assert.Equal(
            image.Snapshots.Select(snapshot => snapshot.Name),
            listed.Select(snapshot => (snapshot.TrashOriginalName ?? snapshot.Name).ToString()));
        foreach ((FamilySnapshot expected, Snapshot snapshot) in image.Snapshots.Zip(listed))
        {
            await fresh.SetSnapshotAsync(snapshot.Id, CancellationToken.None);
            await VerifyAsync(fresh, expected.Data, $"{image.Name}@{expected.Name}");
        }
    }

    private static async Task VerifyAsync(Image image, byte[] expected, string what)
    {
        Assert.Equal((ulong)expected.Length, image.Size);
        var read = new byte[expected.Length];
        if (read.Length > 0)
            await image.ReadAsync(0, read);
        int equal = expected.AsSpan().CommonPrefixLength(read);
        Assert.True(equal == expected.Length, $"{what} differs from byte {equal} on");
    }

    private IoContext AnyClient() => _clients[_random.Next(_clients.Length)];

    private Task<Image> OpenAsync(string name) => Image.OpenAsync(AnyClient(), name, null, readOnly: false, CancellationToken.None);

    private (int Offset, int Length) RangeOf(FamilyImage image)
    {
        int offset = _random.Next(image.Head.Length);
        int length = _random.Next(2) == 0 ? _random.Next(1, 5000) : _random.Next(1, 200_000);
        if (_random.Next(2) == 0)
            (offset, length) = (offset & ~65535, (length + 65535) & ~65535);
        return (offset, Math.Min(length, image.Head.Length - offset));
    }

    private async Task<string> CreateAsync()
    {
        if (_images.Count == ImagesMax)
            return "nothing";
        var image = new FamilyImage($"i{++_names}", new byte[_random.Next(SizeMax)], null, 0);
        await ImageDirectory.CreateAsync(AnyClient(), image.Name, (ulong)image.Head.Length, new ImageOptions(), CancellationToken.None);
        image.Handle = await OpenAsync(image.Name);
        _images.Add(image);
        return $"create {image.Name}";
    }

    private async Task<string> WriteAsync(FamilyImage image)
    {
        if (image.Head.Length == 0)
            return "nothing";
        (int offset, int length) = RangeOf(image);
        _random.NextBytes(image.Head.AsSpan(offset, length));

        await image.Handle.WriteAsync((ulong)offset, image.Head.AsMemory(offset, length));
        return $"write {image.Name} {offset}+{length}";
    }

    private async Task<string> DiscardAsync(FamilyImage image)
    {
        if (image.Head.Length == 0)
            return "nothing";
        (int offset, int length) = RangeOf(image);

        await image.Handle.DiscardAsync((ulong)offset, (ulong)length);
        image.Head.AsSpan(offset, length).Clear();
        return $"discard {image.Name} {offset}+{length}";
    }

    private async Task<string> ResizeAsync(FamilyImage image)
    {
        int size = _random.Next(8) == 0 ? 0 : _random.Next(SizeMax);
        byte[] head = image.Head;

        await image.Handle.ResizeAsync((ulong)size, allowShrink: true, null, CancellationToken.None);
        Array.Resize(ref head, size);
        image.Head = head;
        return $"resize {image.Name} {size}";
    }

    private async Task<string> SnapshotAsync(FamilyImage image)
    {
        if (image.Snapshots.Count >= SnapshotsMax)
            return "nothing";
        var snapshot = new FamilySnapshot(image, $"s{++_names}", [.. image.Head]);

        await image.Handle.SnapshotAsync(snapshot.Name);
        image.Snapshots.Add(snapshot);
        return $"snapshot {image.Name}@{snapshot.Name}";
    }

    private async Task<string> ProtectAsync(FamilyImage image)
    {
        if (AnySnapshotOf(image) is not { } snapshot)
            return "nothing";
        if (!snapshot.IsProtected)
            await image.Handle.Snapshots.ProtectAsync(snapshot.Name, CancellationToken.None);
        else if (snapshot.Clones.Exists(clone => clone.CloneFormat == 1))
            await Refused.WithAsync(Errno.EBUSY, () => image.Handle.Snapshots.UnprotectAsync(snapshot.Name, CancellationToken.None));
        else
            await image.Handle.Snapshots.UnprotectAsync(snapshot.Name, CancellationToken.None);
        snapshot.IsProtected = !snapshot.IsProtected || snapshot.Clones.Exists(clone => clone.CloneFormat == 1);
        return $"protect {image.Name}@{snapshot.Name} {snapshot.IsProtected}";
    }

    private async Task<string> RemoveSnapshotAsync(FamilyImage image)
    {
        if (AnySnapshotOf(image) is not { } snapshot)
            return "nothing";
        if (snapshot.IsProtected)
        {
            await Refused.WithAsync(Errno.EBUSY, () => image.Handle.RemoveSnapshotAsync(snapshot.Name));
            return $"don't remove {image.Name}@{snapshot.Name}";
        }

        await image.Handle.RemoveSnapshotAsync(snapshot.Name);
        snapshot.IsRemoved = true;
        if (snapshot.Clones.Count == 0)
            image.Snapshots.Remove(snapshot);
        return $"remove {image.Name}@{snapshot.Name}";
    }

    private async Task<string> RollbackAsync(FamilyImage image)
    {
        if (AnySnapshotOf(image) is not { } snapshot)
            return "nothing";

        await image.Handle.Snapshots.RollbackAsync(snapshot.Name, null, CancellationToken.None);
        image.Head = [.. snapshot.Data];
        return $"roll back to {image.Name}@{snapshot.Name}";
    }

    private async Task<string> CloneAsync(FamilyImage image)
    {
        if (_images.Count == ImagesMax || AnySnapshotOf(image) is not { } snapshot)
            return "nothing";
        int format = snapshot.IsProtected ? _random.Next(1, 3) : 2;
        var clone = new FamilyImage($"c{++_names}", [.. snapshot.Data], snapshot, format);

        await ImageClone.CloneAsync(
            AnyClient(), image.Name, snapshot.Name, AnyClient(), clone.Name, CloneFixture.Format((ulong)format), CancellationToken.None);
        clone.Handle = await OpenAsync(clone.Name);
        snapshot.Clones.Add(clone);
        _images.Add(clone);
        return $"clone {image.Name}@{snapshot.Name} to {clone.Name}";
    }

    private async Task<string> FlattenAsync(FamilyImage image)
    {
        if (image.Parent is null)
        {
            await Refused.WithAsync(Errno.EINVAL, () => image.Handle.FlattenAsync(null, CancellationToken.None));
            return $"don't flatten {image.Name}";
        }

        await image.Handle.FlattenAsync(null, CancellationToken.None);
        Detach(image);
        return $"flatten {image.Name}";
    }

    private async Task<string> AbortFlattenAsync(FamilyImage image)
    {
        if (image.Parent is null)
            return "nothing";

        await Assert.ThrowsAsync<CallbackAbortedException>(() => image.Handle.FlattenAsync((_, _) => -1, CancellationToken.None));
        return $"begin to flatten {image.Name}";
    }

    private async Task<string> RemoveAsync(FamilyImage image)
    {
        await image.Handle.CloseAsync();
        if (image.Snapshots.Count > 0)
        {
            await Refused.WithAsync(Errno.ENOTEMPTY, () => ImageDirectory.RemoveAsync(AnyClient(), image.Name, null, CancellationToken.None));
            image.Handle = await OpenAsync(image.Name);
            return $"don't remove {image.Name}";
        }

        await ImageDirectory.RemoveAsync(AnyClient(), image.Name, null, CancellationToken.None);
        _images.Remove(image);
        Detach(image);
        return $"remove {image.Name}";
    }

    // To the trash and back, under another name.
    private async Task<string> TrashAsync(FamilyImage image)
    {
        await ImageTrash.MoveAsync(AnyClient(), image.Name, TrashSource.User, TimeSpan.Zero, CancellationToken.None);
        await VerifyAsync(image.Handle, image.Head, $"{image.Name} in the trash");
        string from = image.Name;
        image.Name = $"t{++_names}";

        await ImageTrash.RestoreAsync(AnyClient(), image.Handle.Id, image.Name, CancellationToken.None);
        return $"trash and restore {from} as {image.Name}";
    }

    private async Task<string> ReopenAsync(FamilyImage image)
    {
        await image.Handle.CloseAsync();
        image.Handle = await OpenAsync(image.Name);
        return $"reopen {image.Name}";
    }

    private static async Task<string> MergeAsync(FamilyImage image)
    {
        await image.Handle.Merging.RunAsync(CancellationToken.None);
        return $"merge {image.Name}";
    }

    private static async Task<string> FlushAsync(FamilyImage image)
    {
        await image.Handle.FlushAsync();
        return $"flush {image.Name}";
    }

    private static void Detach(FamilyImage image)
    {
        if (image.Parent is not { } parent)
            return;
        image.Parent = null;
        parent.Clones.Remove(image);
        if (parent.IsRemoved && parent.Clones.Count == 0)
            parent.Image.Snapshots.Remove(parent);
    }

    private FamilySnapshot? AnySnapshotOf(FamilyImage image)
    {
        FamilySnapshot[] named = [.. image.Snapshots.Where(snapshot => !snapshot.IsRemoved)];
        return named.Length == 0 ? null : named[_random.Next(named.Length)];
    }
}
