using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Several clients at the same name at once: exactly one wins, the others get Ceph's errno.</summary>
public sealed class ConcurrencyTests
{
    private const int Clients = 6;
    private const int Rounds = 25;

    [Fact]
    public Task Create_once() => EachRoundAsync(
        setUp: _ => Task.CompletedTask,
        compete: (io, _) => ImageDirectory.CreateAsync(io, "image", 100, new ImageOptions(), CancellationToken.None),
        losers: [Errno.EEXIST],
        check: async pool =>
        {
            Assert.Equal(["image"], await pool.ListAsync());
            Assert.Single(await pool.ListVolumesAsync());
        });

    [Fact]
    public Task Create_once_under_ids() => EachRoundAsync(
        setUp: _ => Task.CompletedTask,
        compete: (io, _) => ImageDirectory.CreateAsync(io, new string('x', 300), 100, new ImageOptions(), CancellationToken.None),
        losers: [Errno.EEXIST],
        check: async pool => Assert.Single(await pool.ListVolumesAsync()));

    [Fact]
    public Task Remove_once() => EachRoundAsync(
        setUp: pool => pool.CreateImageAsync("image", 100),
        compete: (io, _) => ImageDirectory.RemoveAsync(io, "image", null, CancellationToken.None),
        losers: [Errno.ENOENT],
        check: async pool =>
        {
            Assert.Empty(await pool.ListAsync());
            Assert.Empty(await pool.ListVolumesAsync());
        });

    [Fact]
    public Task Rename_once() => EachRoundAsync(
        setUp: pool => pool.CreateImageAsync("image", 100),
        compete: (io, client) => ImageDirectory.RenameAsync(io, "image", $"image{client}", CancellationToken.None),
        losers: [Errno.ENOENT],
        check: async pool => Assert.Equal(await pool.ListAsync(), await pool.ListVolumesAsync()));

    [Fact]
    public async Task Open_against_remove_is_opened_or_ENOENT()
    {
        for (int round = 0; round < Rounds; round++)
        {
            await using TestPool pool = await TestPool.CreateAsync();
            await pool.CreateImageAsync("image", 100);
            IoContext other = await pool.ConnectAnotherAsync();

            Task<Image> opening = Task.Run(() => Image.OpenAsync(other, "image", null, readOnly: false, CancellationToken.None));
            Task<Exception?> removing = Task.Run(() => Xunit.Record.ExceptionAsync(() => pool.RemoveAsync("image")).AsTask());

            StorageException? refused = (StorageException?)await removing;
            if (refused is null)
            {
                await Refused.WithAsync(Errno.ENOENT, () => opening);
                continue;
            }

            Assert.Equal(Errno.EBUSY, refused.Errno);
            await using Image image = await opening;
            Assert.Equal(100, await image.ReadAsync(0, new byte[100]));
        }
    }

    private static async Task EachRoundAsync(
        Func<TestPool, Task> setUp, Func<IoContext, int, Task> compete, Errno[] losers, Func<TestPool, Task> check)
    {
        for (int round = 0; round < Rounds; round++)
        {
            await using TestPool pool = await TestPool.CreateAsync();
            await setUp(pool);
            var clients = new List<IoContext>();
            for (int i = 0; i < Clients; i++)
                clients.Add(await pool.ConnectAnotherAsync());

            Exception?[] ends = await Task.WhenAll(clients.Select((io, client) => Task.Run(
                () => Xunit.Record.ExceptionAsync(() => compete(io, client)).AsTask())));

            Assert.Single(ends, end => end is null);
            Assert.All(ends.OfType<StorageException>(), error => Assert.Contains(error.Errno, losers));
            Assert.Equal(Clients - 1, ends.OfType<StorageException>().Count());
            await check(pool);
            Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None));
        }
    }
}
