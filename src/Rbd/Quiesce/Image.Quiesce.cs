namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>Calls <paramref name="quiesce"/> before a snapshot is taken and <paramref name="unquiesce"/> after it.</summary>
    /// <param name="quiesce">Must lead to <see cref="CompleteQuiesce"/>.</param>
    /// <returns>A handle to end it with.</returns>
    public Task<ulong> AddQuiesceWatchAsync(Action quiesce, Action unquiesce, CancellationToken cancellationToken) =>
        throw Unsupported("quiesce watches");

    public Task RemoveQuiesceWatchAsync(ulong handle) => throw Unsupported("quiesce watches");

    /// <param name="result">0, or a negative errno that fails the snapshot.</param>
    public void CompleteQuiesce(ulong handle, int result) => throw Unsupported("quiesce watches");
}
