using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public class ParallelChunksTests
{
    [Fact]
    public void Cut_ends_chunks_at_multiples_of_their_length()
    {
        ulong length = Chunk.LengthMax;

        Assert.Equal(
            [new Chunk(length - 1, 1), new Chunk(length, Chunk.LengthMax), new Chunk(2 * length, 5)],
            Chunk.Cut(length - 1, (2 * length) + 5));
    }

    [Fact]
    public async Task RunAsync_moves_every_chunk_once_and_never_more_than_allowed_at_once()
    {
        Chunk[] chunks = [.. Enumerable.Range(0, 100).Select(i => new Chunk((ulong)i * 10, 10))];
        var moved = new List<Chunk>();
        int running = 0;
        int most = 0;

        await ParallelChunks.RunAsync(
            chunks,
            4,
            async (chunk, buffer) =>
            {
                Assert.Equal(chunk.Length, buffer.Length);
                int now = Interlocked.Increment(ref running);
                lock (moved)
                    most = Math.Max(most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            },
            chunk =>
            {
                lock (moved)
                    moved.Add(chunk);
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(chunks, moved.OrderBy(chunk => chunk.Offset));
        Assert.InRange(most, 1, 4);
    }

    [Fact]
    public async Task RunAsync_after_a_failure_starts_nothing_more()
    {
        int started = 0;

        await Assert.ThrowsAnyAsync<StorageException>(() => ParallelChunks.RunAsync(
            Enumerable.Range(0, 1000).Select(i => new Chunk((ulong)i, 1)),
            1,
            (_, _) => ++started == 3 ? throw new StorageException(Errno.EIO, "broken") : Task.CompletedTask,
            _ => { },
            TestContext.Current.CancellationToken));

        Assert.Equal(3, started);
    }

    [Fact]
    public async Task RunAsync_when_interrupted_stops()
    {
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ParallelChunks.RunAsync(
            Enumerable.Range(0, 1000).Select(i => new Chunk((ulong)i, 1)), 2, (_, _) => stop.CancelAsync(), _ => { }, stop.Token));
    }
}
