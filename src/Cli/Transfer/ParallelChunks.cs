namespace CurveRbd.Cli;

/// <summary>Moves chunks, several at a time, each through a buffer of its own.</summary>
internal static class ParallelChunks
{
    public delegate Task Mover(Chunk chunk, Memory<byte> buffer);

    /// <summary>Ends when every chunk is moved, or after the first failure when the requests under way have come back.</summary>
    public static async Task RunAsync(
        IEnumerable<Chunk> chunks, int parallelism, Mover move, Action<Chunk> moved, CancellationToken cancellationToken)
    {
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using IEnumerator<Chunk> rest = chunks.GetEnumerator();
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, parallelism).Select(_ => Task.Run(MoveAllAsync, CancellationToken.None)))
            .ConfigureAwait(false);

        async Task MoveAllAsync()
        {
            byte[] buffer = [];
            while (TryTake(out Chunk chunk))
            {
                // Both: a linked token learns of a cancellation later than the token that it is linked to.
                cancellationToken.ThrowIfCancellationRequested();
                failure.Token.ThrowIfCancellationRequested();
                if (buffer.Length == 0)
                    buffer = GC.AllocateUninitializedArray<byte>(Chunk.LengthMax);
                try
                {
                    await move(chunk, buffer.AsMemory(0, chunk.Length)).ConfigureAwait(false);
                }
                catch
                {
                    await failure.CancelAsync().ConfigureAwait(false);
                    throw;
                }

                moved(chunk);
            }
        }

        bool TryTake(out Chunk chunk)
        {
            lock (gate)
            {
                bool isThere = rest.MoveNext();
                chunk = isThere ? rest.Current : default;
                return isThere;
            }
        }
    }
}
