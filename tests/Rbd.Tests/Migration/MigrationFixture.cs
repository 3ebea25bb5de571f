using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>An image "source" with the snapshots "one" and "two", a second pool, and what the image and its snapshots hold.</summary>
internal sealed class MigrationFixture : IAsyncDisposable
{
    public const int Size = 500_000; // 7 clusters and a part

    private readonly Random _random = new(11);

    private MigrationFixture(TestPool pool, IoContext other)
    {
        Pool = pool;
        Other = other;
    }

    public TestPool Pool { get; }

    public IoContext Io => Pool.Io;

    public IoContext Other { get; }

    /// <summary>Of the image.</summary>
    public byte[] Expected { get; private set; } = new byte[Size];

    public Dictionary<string, byte[]> Snapshots { get; } = [];

    public static async Task<MigrationFixture> CreateAsync(VolumeLimits? limits = null)
    {
        TestPool pool = await TestPool.CreateAsync(new MemoryVolumes(limits ?? TestPool.ByteLimits), new MemoryRecords());
        var fixture = new MigrationFixture(pool, await pool.CreatePoolAsync("other"));
        await using Image source = await pool.CreateAndOpenAsync(Size, name: "source");
        foreach (string snapshot in (string[])["one", "two"])
        {
            await fixture.WriteAsync(source, 6);
            await fixture.SnapAsync(source, snapshot);
        }

        await fixture.WriteAsync(source, 3);
        return fixture;
    }

    public Task PrepareAsync(IoContext? to = null, string name = "destination", ImageOptions? options = null) => ImageMigration.PrepareAsync(
        Io, "source", to ?? Other, name, options ?? new ImageOptions(), CancellationToken.None);

    public Task ExecuteAsync(IoContext? io = null, string name = "destination", ProgressCallback? progress = null) =>
        ImageMigration.ExecuteAsync(io ?? Other, name, progress, CancellationToken.None);

    public Task CommitAsync(IoContext? io = null, string name = "destination") =>
        ImageMigration.CommitAsync(io ?? Other, name, null, CancellationToken.None);

    public Task AbortAsync(IoContext? io = null, string name = "destination") =>
        ImageMigration.AbortAsync(io ?? Other, name, null, CancellationToken.None);

    public Task<MigrationStatus> StatusAsync(IoContext? io = null, string name = "destination") =>
        ImageMigration.GetStatusAsync(io ?? Other, name, CancellationToken.None);

    public Task<Image> OpenAsync(IoContext? io = null, string name = "destination", bool readOnly = false) =>
        Image.OpenAsync(io ?? Other, name, null, readOnly, CancellationToken.None);

    /// <summary>Random writes, to the image and to the model of it.</summary>
    public async Task WriteAsync(Image image, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int offset = _random.Next(Size - 1);
            int length = _random.Next(1, Math.Min(90_000, Size - offset));
            if (_random.Next(4) == 0)
            {
                Expected.AsSpan(offset, length).Clear();
                await image.WriteZeroesAsync((ulong)offset, (ulong)length, ZeroMode.Unmap);
                continue;
            }

            _random.NextBytes(Expected.AsSpan(offset, length));
            await image.WriteAsync((ulong)offset, Expected.AsMemory(offset, length));
        }
    }

    public async Task SnapAsync(Image image, string name)
    {
        await image.Snapshots.CreateAsync(name, SnapshotCreateFlags.None, null, CancellationToken.None);
        Snapshots[name] = (byte[])Expected.Clone();
    }

    /// <summary>The image and all its snapshots read as they should.</summary>
    public async Task ExpectAsync(IoContext? io = null, string name = "destination")
    {
        await using Image image = await OpenAsync(io, name, readOnly: true);
        Assert.Equal(Expected, await ReadAsync(image));
        IReadOnlyList<Snapshot> snapshots = await image.Snapshots.ListAsync(CancellationToken.None);
        Assert.Equal(Snapshots.Keys.Order(), snapshots.Select(snapshot => snapshot.Name.ToString()).Order());
        foreach (Snapshot snapshot in snapshots)
        {
            await image.SetSnapshotAsync(snapshot.Name, CancellationToken.None);
            Assert.Equal(Snapshots[snapshot.Name.ToString()], await ReadAsync(image));
        }
    }

    /// <summary>Back to what it was at this moment, for a migration that is taken back.</summary>
    public Action Remember()
    {
        byte[] expected = (byte[])Expected.Clone();
        string[] names = [.. Snapshots.Keys];
        return () =>
        {
            Expected = expected;
            foreach (string name in Snapshots.Keys.Except(names).ToArray())
                Snapshots.Remove(name);
        };
    }

    /// <summary>A check finds nothing but what goes on by itself.</summary>
    public async Task ExpectConsistentAsync()
    {
        foreach (IoContext io in (IoContext[])[Io, Other])
        {
            await PoolConsistency.CheckAsync(io, repair: true, CancellationToken.None);
            IReadOnlyList<CheckFinding> left = await PoolConsistency.CheckAsync(io, repair: false, CancellationToken.None);
            Assert.DoesNotContain(left, finding => finding.Severity != CheckSeverity.Pending);
        }
    }

    /// <summary>After the removal of all images nothing is left in either pool.</summary>
    public async Task ExpectNothingLeftAsync()
    {
        foreach (IoContext io in (IoContext[])[Io, Other])
        {
            foreach (ImageSpec spec in await ImageDirectory.ListAsync(io, CancellationToken.None))
                await RemoveAsync(io, spec.Name);
            Assert.Empty(await ImageTrash.ListAsync(io, CancellationToken.None));
            await PoolConsistency.CheckAsync(io, repair: true, CancellationToken.None);
        }

        foreach (IoContext io in (IoContext[])[Io, Other])
        {
            Assert.Empty(await Pool.Volumes.ListAsync(io.Pool.Directory, CancellationToken.None));
            Assert.Empty(await Pool.Records.RangeAsync($"pool/{io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
        }
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();

    public static async Task<byte[]> ReadAsync(Image image)
    {
        var content = new byte[image.Size];
        await image.ReadAsync(0, content);
        return content;
    }

    private static async Task RemoveAsync(IoContext io, ByteName name)
    {
        await using (Image image = await Image.OpenAsync(io, name, null, readOnly: false, CancellationToken.None))
        {
            foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
                await image.Snapshots.RemoveAsync(snapshot.Name, SnapshotRemoveFlags.Unprotect, null, CancellationToken.None);
        }

        await ImageDirectory.RemoveAsync(io, name, null, CancellationToken.None);
    }
}
