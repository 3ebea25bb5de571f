namespace CurveRbd.Rbd.Tests;

/// <summary>Images, clones of their snapshots, clones of those: each an image with snapshots that must equal byte arrays.</summary>
internal sealed class CloneModel
{
    private const int ImagesMax = 5;

    private readonly TestPool _pool;
    private readonly SnapshotModelClients _clients;
    private readonly Random _random;
    private readonly List<SnapshotModel> _images = [];
    private readonly List<string> _steps = [];
    private int _names;

    private CloneModel(TestPool pool, SnapshotModelClients clients, Random random)
    {
        _pool = pool;
        _clients = clients;
        _random = random;
    }

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    public static async Task<CloneModel> StartAsync(TestPool pool, Random random)
    {
        var model = new CloneModel(pool, await SnapshotModelClients.ConnectAsync(pool), random);
        model._images.Add(await SnapshotModel.CreateAsync(pool, "image", model._clients, random));
        return model;
    }

    public async Task StepAsync() => _steps.Add(await (_random.Next(20) switch
    {
        < 3 => CloneAsync(),
        3 => FlattenAsync(),
        4 => RemoveAsync(),
        _ => StepAsync(Any()),
    }));

    public async Task VerifyAllAsync()
    {
        foreach (SnapshotModel image in _images)
            await image.VerifyAllAsync();
    }

    public async Task CloseAsync()
    {
        foreach (SnapshotModel image in _images)
            await image.CloseAsync();
    }

    private static async Task<string> StepAsync(SnapshotModel image)
    {
        await image.StepAsync();
        return $"{image.Name}: {image.Steps[^1]}";
    }

    private async Task<string> CloneAsync()
    {
        SnapshotModel parent = Any();
        if (parent.Snapshots.Count == 0 || _images.Count == ImagesMax)
            return "nothing";
        SnapshotModelSnapshot snapshot = parent.Snapshots[_random.Next(parent.Snapshots.Count)];
        var name = $"clone{++_names}";
        var options = new ImageOptions();
        options.Set(ImageOption.CloneFormat, 2);

        await ImageClone.CloneAsync(_pool.Io, parent.Name, snapshot.Name, _pool.Io, name, options, CancellationToken.None);
        _images.Add(await SnapshotModel.OpenAsync(_pool, name, [.. snapshot.Data], _clients, _random));
        return $"{name} is a clone of {parent.Name}@{snapshot.Name}";
    }

    private async Task<string> FlattenAsync()
    {
        SnapshotModel image = Any();
        await image.Image.RefreshAsync(CancellationToken.None);
        if (await image.Image.GetParentAsync(CancellationToken.None) is null)
            return "nothing";

        await image.Image.FlattenAsync(null, CancellationToken.None);
        Assert.Null(await image.Image.GetParentAsync(CancellationToken.None));
        return $"flatten {image.Name}";
    }

    private async Task<string> RemoveAsync()
    {
        SnapshotModel image = Any();
        IReadOnlyList<Snapshot> snapshots = await image.Image.Snapshots.ListAsync(CancellationToken.None);
        if (image.Name == "image" || snapshots.Count > 0)
            return "nothing";

        await image.CloseAsync();
        await _pool.RemoveAsync(image.Name);
        _images.Remove(image);
        return $"remove {image.Name}";
    }

    private SnapshotModel Any() => _images[_random.Next(_images.Count)];
}
