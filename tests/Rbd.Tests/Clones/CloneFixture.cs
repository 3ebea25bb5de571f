using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>A parent with a protected snapshot and known content, and clones of it.</summary>
internal sealed class CloneFixture : IAsyncDisposable
{
    public const int Size = 300_000; // 4 clusters and a half

    private readonly Random _random = new(7);

    private CloneFixture(TestPool pool) => Pool = pool;

    public TestPool Pool { get; }

    public IoContext Io => Pool.Io;

    /// <summary>Of the parent at its snapshot "snap".</summary>
    public byte[] AtSnapshot { get; private set; } = [];

    /// <summary>Of the image "clone" of <see cref="CreateWrittenCloneAsync"/>.</summary>
    public byte[] Expected { get; private set; } = [];

    public static async Task<CloneFixture> CreateAsync(TestPool? pool = null, bool protects = true)
    {
        var fixture = new CloneFixture(pool ?? await TestPool.CreateAsync());
        await using Image parent = await fixture.Pool.CreateAndOpenAsync(Size, name: "parent");
        fixture.AtSnapshot = new byte[Size];
        await fixture.WriteAsync(parent, fixture.AtSnapshot, 0, 150_000);
        await fixture.WriteAsync(parent, fixture.AtSnapshot, 200_000, 50_000);
        await SnapAsync(parent, "snap");
        if (protects)
            await parent.Snapshots.ProtectAsync("snap", CancellationToken.None);
        return fixture;
    }

    public static Task<CloneFixture> CreateOnCurveAsync() => CreateOnAsync(TestPool.CurveLimits);

    public static async Task<CloneFixture> CreateOnAsync(VolumeLimits limits) =>
        await CreateAsync(await TestPool.CreateAsync(new MemoryVolumes(limits), new MemoryRecords()));

    public static ImageOptions Format(ulong format, params (ImageOption Option, ulong Value)[] others)
    {
        var options = new ImageOptions();
        options.Set(ImageOption.CloneFormat, format);
        foreach ((ImageOption option, ulong value) in others)
            options.Set(option, value);
        return options;
    }

    public Task<int> CloneAsync(
        string name = "clone", ulong format = 1, string parent = "parent", string snapshot = "snap", IoContext? to = null) =>
        ImageClone.CloneAsync(Io, parent, snapshot, to ?? Io, name, Format(format), CancellationToken.None);

    public async Task<Image> CloneAndOpenAsync(string name = "clone", ulong format = 1, string parent = "parent", string snapshot = "snap")
    {
        await CloneAsync(name, format, parent, snapshot);
        return await Pool.OpenAsync(name);
    }

    /// <summary>A clone with a snapshot "before" it was written to.</summary>
    public async Task CreateWrittenCloneAsync()
    {
        await using Image clone = await CloneAndOpenAsync();
        await SnapAsync(clone, "before");
        Expected = (byte[])AtSnapshot.Clone();
        await WriteAsync(clone, Expected, 140_000, 100_000);
        await clone.FlushAsync();
    }

    /// <summary>Random bytes, to the image and to the model of it.</summary>
    public async Task WriteAsync(Image image, byte[] model, int offset, int length)
    {
        _random.NextBytes(model.AsSpan(offset, length));
        await image.WriteAsync((ulong)offset, model.AsMemory(offset, length));
    }

    public static Task SnapAsync(Image image, string name) =>
        image.Snapshots.CreateAsync(name, SnapshotCreateFlags.None, null, CancellationToken.None);

    public static Task RemoveSnapAsync(Image image, string name, SnapshotRemoveFlags flags = SnapshotRemoveFlags.None) =>
        image.Snapshots.RemoveAsync(name, flags, null, CancellationToken.None);

    public static async Task ExpectAsync(byte[] expected, Image image)
    {
        Assert.Equal((ulong)expected.Length, image.Size);
        var read = new byte[expected.Length];
        if (expected.Length > 0)
            Assert.Equal(expected.Length, await image.ReadAsync(0, read));
        int different = expected.AsSpan().CommonPrefixLength(read);
        Assert.True(different == expected.Length, $"byte {different} of {image.Name} is {(different < read.Length ? read[different] : -1)}");
    }

    /// <summary>Reads through a handle of its own.</summary>
    public async Task ExpectAsync(byte[] expected, string image, string? snapshot = null, IoContext? io = null)
    {
        await using Image open = await Image.OpenAsync(
            io ?? Io, image, snapshot is null ? (ByteName?)null : snapshot, readOnly: true, CancellationToken.None);
        await ExpectAsync(expected, open);
    }

    public async Task<ImageParent?> GetParentAsync(string image)
    {
        await using Image open = await Pool.OpenAsync(image, readOnly: true);
        return await open.GetParentAsync(CancellationToken.None);
    }

    public async Task<IReadOnlyList<Snapshot>> ListSnapsAsync(string image)
    {
        await using Image open = await Pool.OpenAsync(image, readOnly: true);
        return await open.Snapshots.ListAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
